-- a table, as relationship_scorecard reads it too
{{ config(materialized="table") }}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

customer_movements as (

    select * from {{ ref('int_recurring_amounts_moved') }}

),

summed as (

    select
        month,
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        sum(case when is_held_at_start then 1 else 0 end) as opening_customers,
        sum(case when is_held_at_start and not is_held_at_end then 1 else 0 end)
            as churned_customers,
        sum(case when is_held_at_end then 1 else 0 end) as closing_customers,
        sum(opening_amount) as opening_mrr,
        sum(case when is_held_at_start and movement = 'expansion' then movement_amount else 0 end)
            as expansion_mrr,
        sum(case when is_held_at_start and movement = 'contraction' then movement_amount else 0 end)
            as contraction_mrr,
        sum(case when is_held_at_start and movement = 'churned' then movement_amount else 0 end)
            as churned_mrr,
        sum(closing_amount) as closing_mrr

    from customer_movements
    group by grouping sets ((month), (month, segment))

),

segments as (

    select
        segment,
        min(month) as first_month

    from summed
    group by segment

),

filled as (

    select
        months.month,
        months.is_month_complete,
        segments.segment,
        cast(coalesce(summed.opening_customers, 0) as bigint) as opening_customers,
        cast(coalesce(summed.churned_customers, 0) as bigint) as churned_customers,
        cast(coalesce(summed.closing_customers, 0) as bigint) as closing_customers,
        coalesce(summed.opening_mrr, 0) as opening_mrr,
        coalesce(summed.expansion_mrr, 0) as expansion_mrr,
        coalesce(summed.contraction_mrr, 0) as contraction_mrr,
        coalesce(summed.churned_mrr, 0) as churned_mrr,
        coalesce(summed.closing_mrr, 0) as closing_mrr

    from months
    inner join segments on months.month >= segments.first_month
    left join summed on months.month = summed.month and segments.segment = summed.segment

),

final as (

    select
        filled.month,
        filled.segment,
        filled.opening_mrr,
        filled.expansion_mrr,
        filled.contraction_mrr,
        filled.churned_mrr,
        filled.closing_mrr,
        {{ safe_divide(
            'filled.opening_mrr + filled.contraction_mrr + filled.churned_mrr',
            'filled.opening_mrr'
        ) }} as gross_revenue_retention,
        {{ safe_divide(
            'filled.opening_mrr + filled.expansion_mrr + filled.contraction_mrr'
            ' + filled.churned_mrr',
            'filled.opening_mrr'
        ) }} as net_revenue_retention,
        filled.opening_customers,
        filled.churned_customers,
        filled.closing_customers,
        {{ safe_divide('filled.churned_customers', 'filled.opening_customers') }}
            as logo_churn_rate,
        {{ wilson_low(
            'filled.churned_customers', 'filled.opening_customers', 'parameters.confidence_z'
        ) }} as logo_churn_low,
        {{ wilson_high(
            'filled.churned_customers', 'filled.opening_customers', 'parameters.confidence_z'
        ) }} as logo_churn_high,
        filled.is_month_complete,
        parameters.as_of_date

    from filled
    cross join parameters

)

select * from final
