with

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

orders as (

    select * from {{ ref('int_orders_valued') }}

),

refunds as (

    select * from {{ ref('int_refunds_valued') }}

),

engagements as (

    select * from {{ ref('int_engagements_counted') }}

),

orders_summed as (

    select
        party_id,
        order_month as month,
        count(*) as orders,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(margin_amount) as margin_amount,
        sum(case when is_margin_estimated then 1 else 0 end) as orders_with_estimated_margin

    from orders
    where party_id is not null
    group by party_id, order_month

),

refunds_summed as (

    select
        party_id,
        refund_month as month,
        sum(refunded_amount) as refunded_amount,
        sum(margin_lost) as margin_lost

    from refunds
    where party_id is not null
    group by party_id, refund_month

),

-- a refund that names no order has no month of an order
refunds_of_orders_summed as (

    select
        orders.party_id,
        orders.order_month as month,
        sum(refunds.refunded_amount) as refunded_amount_of_orders

    from refunds
    inner join orders on refunds.order_id = orders.order_id
    where orders.party_id is not null
    group by orders.party_id, orders.order_month

),

filled as (

    select
        customers.party_id,
        customers.segment,
        customers.acquisition_channel,
        customers.cohort_month,
        months.month,
        {{ months_between('customers.cohort_month', 'months.month') }} as months_since_first,
        months.is_month_complete

    from customers
    inner join months on customers.cohort_month <= months.month

),

final as (

    select
        filled.party_id,
        filled.segment,
        filled.acquisition_channel,
        filled.cohort_month,
        filled.month,
        filled.months_since_first,
        filled.is_month_complete,
        cast(coalesce(orders_summed.orders, 0) as bigint) as orders,
        cast(coalesce(orders_summed.orders_with_estimated_margin, 0) as bigint)
            as orders_with_estimated_margin,
        cast(coalesce(engagements.engagements, 0) as bigint) as engagements,
        cast(coalesce(orders_summed.gross_amount, 0) as decimal(18, 4)) as gross_amount,
        cast(coalesce(orders_summed.discount_amount, 0) as decimal(18, 4)) as discount_amount,
        cast(coalesce(refunds_summed.refunded_amount, 0) as decimal(18, 4)) as refunded_amount,
        cast(coalesce(refunds_of_orders_summed.refunded_amount_of_orders, 0) as decimal(18, 4))
            as refunded_amount_of_orders,
        cast(
            coalesce(orders_summed.margin_amount, 0) - coalesce(refunds_summed.margin_lost, 0)
            as decimal(18, 4)
        ) as margin_amount

    from filled
    left join orders_summed
        on filled.party_id = orders_summed.party_id and filled.month = orders_summed.month
    left join refunds_summed
        on filled.party_id = refunds_summed.party_id and filled.month = refunds_summed.month
    left join refunds_of_orders_summed
        on
            filled.party_id = refunds_of_orders_summed.party_id
            and filled.month = refunds_of_orders_summed.month
    left join engagements
        on filled.party_id = engagements.party_id and filled.month = engagements.month

)

select * from final
