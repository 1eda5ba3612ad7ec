-- Retention tells of the movements without those who came within the month, and its logo churn is
-- that of churn_by_month.
with

movements as (

    select
        month,
        segment,
        sum(case when movement = 'expansion' then amount else 0 end) as expansion_mrr,
        sum(case when movement = 'contraction' then amount else 0 end) as contraction_mrr,
        sum(case when movement = 'churned' then amount - amount_within_month else 0 end)
            as churned_mrr,
        sum(case when movement = 'churned' then customers - customers_within_month else 0 end)
            as churned_customers

    from {{ ref('published_recurring_revenue_movements') }}
    group by month, segment

),

churn as (

    select
        month,
        segment,
        customers_at_risk,
        churned_customers

    from {{ ref('published_churn_by_month') }}
    where basis = 'contract'

)

select
    retention.month,
    retention.segment,
    retention.churned_mrr,
    movements.churned_mrr as churned_mrr_of_movements,
    retention.churned_customers,
    churn.churned_customers as churned_customers_of_churn_by_month

from {{ ref('published_recurring_revenue_retention') }} as retention
full outer join movements
    on retention.month = movements.month and retention.segment = movements.segment
left join churn on retention.month = churn.month and retention.segment = churn.segment
where
    retention.expansion_mrr is distinct from movements.expansion_mrr
    or retention.contraction_mrr is distinct from movements.contraction_mrr
    or retention.churned_mrr is distinct from movements.churned_mrr
    or retention.churned_customers is distinct from movements.churned_customers
    or retention.opening_customers != coalesce(churn.customers_at_risk, 0)
    or retention.churned_customers != coalesce(churn.churned_customers, 0)
    or retention.gross_revenue_retention > 1
