with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customer_months as (

    select * from {{ ref('customer_months') }}

),

-- customer_months has no gaps: every customer of a cohort is in every period, so rows are its size
summed as (

    select
        cohort_month,
        months_since_first as period_number,
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        min(month) as period_month,
        count(*) as cohort_size,
        sum(case when is_active then 1 else 0 end) as active_customers,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount,
        bool_and(is_month_complete) as is_period_complete

    from customer_months
    group by grouping sets (
        (cohort_month, months_since_first),
        (cohort_month, months_since_first, segment)
    )

),

accumulated as (

    select
        *,
        sum(margin_amount) over (
            partition by cohort_month, segment
            order by period_number
            rows between unbounded preceding and current row
        ) as cumulative_margin_amount,
        max(case when period_number = 0 then net_amount end) over (
            partition by cohort_month, segment
        ) as first_net_amount

    from summed

),

final as (

    select
        accumulated.cohort_month,
        accumulated.period_number,
        accumulated.segment,
        accumulated.period_month,
        accumulated.cohort_size,
        accumulated.active_customers,
        {{ safe_divide('accumulated.active_customers', 'accumulated.cohort_size') }}
            as retention_rate,
        {{ wilson_low(
            'accumulated.active_customers', 'accumulated.cohort_size', 'parameters.confidence_z'
        ) }}
            as retention_low,
        {{ wilson_high(
            'accumulated.active_customers', 'accumulated.cohort_size', 'parameters.confidence_z'
        ) }}
            as retention_high,
        accumulated.net_amount,
        accumulated.margin_amount,
        accumulated.cumulative_margin_amount,
        {{ safe_divide('accumulated.cumulative_margin_amount', 'accumulated.cohort_size') }}
            as cumulative_margin_per_customer,
        accumulated.first_net_amount,
        {{ safe_divide('accumulated.net_amount', 'accumulated.first_net_amount') }}
            as net_revenue_retention,
        accumulated.is_period_complete,
        parameters.as_of_date

    from accumulated
    cross join parameters

)

select * from final
