-- Orders of every customer and month since the first one; months without any are there too.
with

both_sides as (

    select
        'truth' as side,
        party_id, month, cohort_month, segment, orders, orders_with_estimated_margin
    from truth.customer_months
    union all
    select
        'mart' as side,
        party_id, month, cohort_month, segment, orders, orders_with_estimated_margin
    from marts.customer_months

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

)

select
    'orders: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'orders: rows that differ', 0, count(*), 0 from differing
union all
select
    'orders',
    sum(orders) filter (side = 'truth'),
    sum(orders) filter (side = 'mart'),
    0
from both_sides
union all
select
    'orders with estimated margin',
    sum(orders_with_estimated_margin) filter (side = 'truth'),
    sum(orders_with_estimated_margin) filter (side = 'mart'),
    0
from both_sides
