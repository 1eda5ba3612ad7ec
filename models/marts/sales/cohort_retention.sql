with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

periods as (

    select * from {{ ref('int_cohort_periods_listed') }}

),

customer_periods as (

    select * from {{ ref('int_customer_periods_booked') }}

),

cohorts as (

    select
        cohort_start,
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        count(*) as cohort_size

    from customers
    group by grouping sets ((cohort_start), (cohort_start, segment))

),

numbered as (

    select
        cohorts.cohort_start,
        cohorts.segment,
        cohorts.cohort_size,
        periods.period_start,
        periods.is_period_complete,
        periods.period_index - first_periods.period_index as period_number

    from cohorts
    inner join periods as first_periods on cohorts.cohort_start = first_periods.period_start
    inner join periods on first_periods.period_index <= periods.period_index

),

booked as (

    select
        cohort_start,
        period_start,
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        sum(case when orders > 0 then 1 else 0 end) as active_customers,
        sum(refunded_amount) as refunded_amount,
        sum(refunded_amount_of_orders) as refunded_amount_of_orders,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount

    from customer_periods
    group by grouping sets (
        (cohort_start, period_start),
        (cohort_start, period_start, segment)
    )

),

filled as (

    select
        numbered.cohort_start,
        numbered.segment,
        numbered.cohort_size,
        numbered.period_start,
        numbered.period_number,
        numbered.is_period_complete,
        cast(coalesce(booked.active_customers, 0) as bigint) as active_customers,
        coalesce(booked.refunded_amount, 0) as refunded_amount,
        coalesce(booked.refunded_amount_of_orders, 0) as refunded_amount_of_orders,
        coalesce(booked.net_amount, 0) as net_amount,
        coalesce(booked.margin_amount, 0) as margin_amount

    from numbered
    left join booked
        on
            numbered.cohort_start = booked.cohort_start
            and numbered.period_start = booked.period_start
            and numbered.segment = booked.segment

),

accumulated as (

    select
        *,
        sum(margin_amount) over (
            partition by cohort_start, segment
            order by period_number
            rows between unbounded preceding and current row
        ) as cumulative_margin_amount,
        max(case when period_number = 0 then net_amount end) over (
            partition by cohort_start, segment
        ) as first_net_amount

    from filled

),

final as (

    select
        {{ trunc_date('month', 'accumulated.cohort_start') }} as cohort_month,
        accumulated.period_number,
        accumulated.segment,
        {{ trunc_date('month', 'accumulated.period_start') }} as period_month,
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
        accumulated.refunded_amount,
        accumulated.refunded_amount_of_orders,
        {{ safe_divide('accumulated.net_amount', 'accumulated.first_net_amount') }}
            as net_revenue_retention,
        accumulated.is_period_complete,
        parameters.cohort_grain,
        accumulated.cohort_start,
        accumulated.period_start,
        parameters.as_of_date

    from accumulated
    cross join parameters

)

select * from final
