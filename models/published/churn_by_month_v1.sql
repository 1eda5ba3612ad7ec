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
    cast(customers_to_date as bigint) as customers_to_date,
    cast(active_customers as bigint) as active_customers,
    cast(share_active_by_window as double) as share_active_by_window,
    cast(expected_alive_customers as double) as expected_alive_customers,
    cast(share_alive as double) as share_alive,
    cast(share_alive_low as double) as share_alive_low,
    cast(share_alive_high as double) as share_alive_high,
    cast(is_month_complete as boolean) as is_month_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('churn_by_month') }}
