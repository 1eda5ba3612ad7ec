select
    cast(month as date) as month,
    cast(segment as string) as segment,
    cast(basis as string) as basis,
    cast(customers_at_risk as bigint) as customers_at_risk,
    cast(churned_customers as bigint) as churned_customers,
    cast(churn_rate as double) as churn_rate,
    cast(churn_low as double) as churn_low,
    cast(churn_high as double) as churn_high,
    cast(churn_window_days as bigint) as churn_window_days,
    cast(is_month_complete as boolean) as is_month_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('churn_by_month') }}
