select
    cast(cohort_month as date) as cohort_month,
    cast(period_number as bigint) as period_number,
    cast(segment as string) as segment,
    cast(period_month as date) as period_month,
    cast(cohort_size as bigint) as cohort_size,
    cast(active_customers as bigint) as active_customers,
    cast(retention_rate as double) as retention_rate,
    cast(retention_low as double) as retention_low,
    cast(retention_high as double) as retention_high,
    cast(net_amount as decimal(38, 4)) as net_amount,
    cast(margin_amount as decimal(38, 4)) as margin_amount,
    cast(cumulative_margin_amount as decimal(38, 4)) as cumulative_margin_amount,
    cast(cumulative_margin_per_customer as double) as cumulative_margin_per_customer,
    cast(first_net_amount as decimal(38, 4)) as first_net_amount,
    cast(net_revenue_retention as double) as net_revenue_retention,
    cast(is_period_complete as boolean) as is_period_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('cohort_retention') }}
