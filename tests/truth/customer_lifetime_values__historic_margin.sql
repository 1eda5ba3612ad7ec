-- Contribution margin to date of every customer.
with

both_sides as (

    select
        'truth' as side,
        party_id, cohort_month, segment, historic_margin
    from truth.customer_margins
    union all
    select
        'mart' as side,
        party_id, cohort_month, segment, historic_margin
    from marts.customer_lifetime_values

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

)

select
    'historic margin: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'historic margin: rows that differ', 0, count(*), 0 from differing
union all
select
    'historic margin',
    sum(historic_margin) filter (side = 'truth'),
    sum(historic_margin) filter (side = 'mart'),
    0
from both_sides
