with

compared as (

    select
        basis,
        month,
        sum(case when segment = 'all' then customers_at_risk else -customers_at_risk end)
            as customers_at_risk,
        sum(case when segment = 'all' then churned_customers else -churned_customers end)
            as churned_customers,
        max(churned_customers - customers_at_risk) as churned_beyond_risk

    from {{ ref('published_churn_by_month') }}
    group by basis, month

)

-- 'all' less the sum of the segments, and nobody churns who was not at risk
select *
from compared
where customers_at_risk != 0 or churned_customers != 0 or churned_beyond_risk > 0
