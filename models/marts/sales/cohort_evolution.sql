with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customer_months as (

    select * from {{ ref('customer_months') }}

),

-- customer_months has no gaps: every customer of a cohort is in every month
summed as (

    select
        cohort_month,
        month,
        min(months_since_first) as months_since_first,
        count(*) as customers_acquired,
        sum(case when is_active then 1 else 0 end) as customers_ordering,
        sum(orders) as orders,
        sum(refunded_amount) as refunded_amount,
        sum(refunded_amount_of_orders) as refunded_amount_of_orders,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount,
        bool_and(is_month_complete) as is_month_complete

    from customer_months
    group by cohort_month, month

),

accumulated as (

    select
        *,
        sum(net_amount) over (
            partition by cohort_month
            order by month
            rows between unbounded preceding and current row
        ) as cumulative_net_amount

    from summed

),

final as (

    select
        accumulated.cohort_month,
        accumulated.month,
        accumulated.months_since_first,
        accumulated.customers_acquired,
        accumulated.customers_ordering,
        accumulated.orders,
        {{ safe_divide('accumulated.orders', 'accumulated.customers_ordering') }}
            as orders_per_active,
        {{ safe_divide('accumulated.net_amount', 'accumulated.orders') }} as average_order_value,
        accumulated.refunded_amount,
        accumulated.refunded_amount_of_orders,
        accumulated.net_amount,
        accumulated.margin_amount,
        {{ safe_divide('accumulated.net_amount', 'accumulated.customers_acquired') }}
            as net_amount_per_acquired,
        accumulated.cumulative_net_amount,
        {{ safe_divide('accumulated.cumulative_net_amount', 'accumulated.customers_acquired') }}
            as cumulative_net_amount_per_acquired,
        accumulated.is_month_complete,
        parameters.as_of_date

    from accumulated
    cross join parameters

)

select * from final
