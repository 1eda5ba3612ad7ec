-- Refunds of every customer, in the month they were made and in that of their order.
with

both_sides as (

    select
        'truth' as side,
        party_id, month, refunded_amount, refunded_amount_of_orders
    from truth.customer_months
    union all
    select
        'mart' as side,
        party_id, month, refunded_amount, refunded_amount_of_orders
    from marts.customer_months

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

)

select
    'refunds: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'refunds: rows that differ', 0, count(*), 0 from differing
union all
select
    'refunded amount',
    sum(refunded_amount) filter (side = 'truth'),
    sum(refunded_amount) filter (side = 'mart'),
    0
from both_sides
union all
select
    'refunded amount of orders',
    sum(refunded_amount_of_orders) filter (side = 'truth'),
    sum(refunded_amount_of_orders) filter (side = 'mart'),
    0
from both_sides
