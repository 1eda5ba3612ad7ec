select
    cast(segment as string) as segment,
    cast(days_since_first_order as bigint) as days_since_first_order,
    cast(at_risk as bigint) as at_risk,
    cast(events as bigint) as events,
    cast(censored as bigint) as censored,
    cast(survival as double) as survival,
    cast(survival_low as double) as survival_low,
    cast(survival_high as double) as survival_high,
    cast(churn_window_days as bigint) as churn_window_days,
    cast(as_of_date as date) as as_of_date

from {{ ref('survival_curves') }}
