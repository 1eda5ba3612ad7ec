-- Every refund of a party's order is told of in the month of that order, whenever it was made.
with

expected as (

    select
        orders.order_month as month,
        sum(refunds.refunded_amount) as refunded_amount

    from {{ ref('int_refunds_valued') }} as refunds
    inner join {{ ref('int_orders_valued') }} as orders on refunds.order_id = orders.order_id
    where orders.party_id is not null
    group by orders.order_month

),

actual as (

    select
        month,
        sum(refunded_amount_of_orders) as refunded_amount

    from {{ ref('published_cohort_evolution') }}
    group by month

)

select
    coalesce(expected.month, actual.month) as month,
    expected.refunded_amount as refunded_expected,
    actual.refunded_amount as refunded_published

from expected
full outer join actual on expected.month = actual.month
where coalesce(expected.refunded_amount, 0) != coalesce(actual.refunded_amount, 0)
