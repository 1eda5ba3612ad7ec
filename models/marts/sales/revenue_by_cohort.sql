with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customer_months as (

    select * from {{ ref('customer_months') }}

),

summed as (

    select
        month,
        cohort_month,
        min(months_since_first) as months_since_first,
        sum(case when is_active then 1 else 0 end) as customers_ordering,
        sum(orders) as orders,
        sum(refunded_amount) as refunded_amount,
        sum(refunded_amount_of_orders) as refunded_amount_of_orders,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount,
        bool_and(is_month_complete) as is_month_complete

    from customer_months
    group by month, cohort_month

),

totalled as (

    select
        *,
        sum(net_amount) over (partition by month) as month_net_amount

    from summed

),

final as (

    select
        totalled.month,
        totalled.cohort_month,
        totalled.months_since_first,
        totalled.months_since_first = 0 as is_new,
        totalled.customers_ordering,
        totalled.orders,
        totalled.refunded_amount,
        totalled.refunded_amount_of_orders,
        totalled.net_amount,
        totalled.margin_amount,
        totalled.month_net_amount,
        {{ safe_divide('totalled.net_amount', 'totalled.month_net_amount') }} as share_of_month,
        totalled.is_month_complete,
        parameters.as_of_date

    from totalled
    cross join parameters

)

select * from final
