-- Money of every customer and month, in the reporting currency, to the last digit.
with

both_sides as (

    select
        'truth' as side,
        party_id, month, gross_amount, discount_amount, net_amount, margin_amount
    from truth.customer_months
    union all
    select
        'mart' as side,
        party_id, month, gross_amount, discount_amount, net_amount, margin_amount
    from marts.customer_months

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

)

select
    'amounts: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'amounts: rows that differ', 0, count(*), 0 from differing
union all
select
    'gross amount',
    sum(gross_amount) filter (side = 'truth'),
    sum(gross_amount) filter (side = 'mart'),
    0
from both_sides
union all
select
    'discount amount',
    sum(discount_amount) filter (side = 'truth'),
    sum(discount_amount) filter (side = 'mart'),
    0
from both_sides
union all
select
    'net amount',
    sum(net_amount) filter (side = 'truth'),
    sum(net_amount) filter (side = 'mart'),
    0
from both_sides
union all
select
    'margin amount',
    sum(margin_amount) filter (side = 'truth'),
    sum(margin_amount) filter (side = 'mart'),
    0
from both_sides
