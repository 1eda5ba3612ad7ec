select
    cast(month as date) as month,
    cast(segment as string) as segment,
    cast(opening_mrr as decimal(38, 4)) as opening_mrr,
    cast(expansion_mrr as decimal(38, 4)) as expansion_mrr,
    cast(contraction_mrr as decimal(38, 4)) as contraction_mrr,
    cast(churned_mrr as decimal(38, 4)) as churned_mrr,
    cast(closing_mrr as decimal(38, 4)) as closing_mrr,
    cast(gross_revenue_retention as double) as gross_revenue_retention,
    cast(net_revenue_retention as double) as net_revenue_retention,
    cast(opening_customers as bigint) as opening_customers,
    cast(churned_customers as bigint) as churned_customers,
    cast(closing_customers as bigint) as closing_customers,
    cast(logo_churn_rate as double) as logo_churn_rate,
    cast(logo_churn_low as double) as logo_churn_low,
    cast(logo_churn_high as double) as logo_churn_high,
    cast(is_month_complete as boolean) as is_month_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('recurring_revenue_retention') }}
