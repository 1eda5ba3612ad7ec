-- Every row of the scorecard is a row of another published mart, or a sum over its rows; and every
-- such row of a mart, from the first with any of it on, is on the scorecard.
with

surveys as (

    select
        survey_id,
        sum(responded) as responses

    from {{ ref('published_nps_by_period') }}
    where segment = 'all' and period_type = 'month'
    group by survey_id

),

survey as (

    select surveys.survey_id

    from surveys
    cross join {{ ref('int_parameters_resolved') }} as parameters
    where parameters.scorecard_survey in ('largest', surveys.survey_id)
    order by surveys.responses desc nulls last, surveys.survey_id asc
    limit 1

),

survey_months as (

    select
        periods.*,
        {{ trunc_date('month', 'periods.period_end') }} as month

    from {{ ref('published_nps_by_period') }} as periods
    inner join survey on periods.survey_id = survey.survey_id
    where periods.segment = 'all' and periods.period_type = 'rolling'

),

costs as (

    select
        cohort_month as month,
        sum(acquisition_cost) as acquisition_cost,
        sum(new_customers) as new_customers

    from {{ ref('published_acquisition_costs') }}
    group by cohort_month

),

churn as (

    select
        *,
        min(case when churned_customers > 0 then month end) over () as first_lapse

    from {{ ref('published_churn_by_month') }}
    where segment = 'all' and basis = 'inactivity'

),

first_cost as (

    select min(month) as month from costs
    where acquisition_cost != 0

),

expected as (

    select
        'nps' as metric,
        month,
        weighted_nps as value,
        weighted_nps_low as low,
        weighted_nps_high as high,
        responded as n

    from survey_months
    union all
    select
        'nps_post_stratified' as metric,
        month,
        post_stratified_nps as value,
        post_stratified_nps_low as low,
        post_stratified_nps_high as high,
        post_stratified_responses as n

    from survey_months
    where strata > 1
    union all
    select
        'churn_rate' as metric,
        month,
        churn_rate as value,
        churn_low as low,
        churn_high as high,
        customers_at_risk as n

    from churn
    where month >= first_lapse
    union all
    select
        'contract_churn_rate' as metric,
        month,
        logo_churn_rate as value,
        logo_churn_low as low,
        logo_churn_high as high,
        opening_customers as n

    from {{ ref('published_recurring_revenue_retention') }}
    where segment = 'all' and opening_customers > 0
    union all
    select
        'net_revenue_retention' as metric,
        month,
        net_revenue_retention as value,
        null as low,
        null as high,
        opening_customers as n

    from {{ ref('published_recurring_revenue_retention') }}
    where segment = 'all'
    union all
    select
        'clv_per_customer' as metric,
        {{ trunc_date('month', 'max(as_of_date)') }} as month,
        case
            when count(total_clv) = count(*)
                then sum(cast(total_clv as decimal(28, 4))) / cast(count(*) as double)
        end as value,
        null as low,
        null as high,
        count(*) as n

    from {{ ref('published_customer_lifetime_values') }}
    having count(*) > 0
    union all
    select
        'cac' as metric,
        costs.month,
        costs.acquisition_cost / cast(nullif(costs.new_customers, 0) as double) as value,
        null as low,
        null as high,
        costs.new_customers as n

    from costs
    inner join first_cost on costs.month >= first_cost.month
    union all
    select
        'share_within_sla' as metric,
        month,
        share_within_sla as value,
        share_within_sla_low as low,
        share_within_sla_high as high,
        conversations as n

    from {{ ref('published_response_times') }}
    where channel = 'all' and segment = 'all'
    union all
    select
        'median_minutes' as metric,
        month,
        median_minutes as value,
        median_minutes_low as low,
        median_minutes_high as high,
        conversations as n

    from {{ ref('published_response_times') }}
    where channel = 'all' and segment = 'all'
    union all
    select
        'organic_events' as metric,
        month,
        case when events_with_known_origin > 0 then organic_events end as value,
        null as low,
        null as high,
        participants as n

    from {{ ref('published_engagement_by_month') }}
    where platform = 'all' and programme_id = 'all'
    union all
    select
        'relationship_score' as metric,
        month,
        avg(score) as value,
        null as low,
        null as high,
        count(score) as n

    from {{ ref('published_relationship_scores') }}
    where score is not null
    group by month
    union all
    select
        'ror' as metric,
        month,
        ror as value,
        ror_low as low,
        ror_high as high,
        n_treated as n

    from {{ ref('published_ror_summary') }}
    where
        party_type = 'all'
        and segment = 'all'
    union all
    select
        'roi' as metric,
        month,
        roi as value,
        null as low,
        null as high,
        n_treated as n

    from {{ ref('published_ror_summary') }}
    where
        party_type = 'all'
        and segment = 'all'
    union all
    select
        'halo' as metric,
        month,
        halo as value,
        null as low,
        null as high,
        n_treated as n

    from {{ ref('published_ror_summary') }}
    where
        party_type = 'all'
        and segment = 'all'

),

scorecard as (

    select
        metric,
        month,
        value,
        low,
        high,
        n

    from {{ ref('published_relationship_scorecard') }}
    where metric not in ('clv_to_cac', 'referred_share')

)

select
    coalesce(scorecard.metric, expected.metric) as metric,
    coalesce(scorecard.month, expected.month) as month,
    scorecard.value as value_of_scorecard,
    expected.value as value_of_mart,
    scorecard.n as n_of_scorecard,
    expected.n as n_of_mart

from scorecard
full outer join expected
    on scorecard.metric = expected.metric and scorecard.month = expected.month
where
    scorecard.metric is null
    or expected.metric is null
    or scorecard.n is distinct from expected.n
    or scorecard.low is distinct from expected.low
    or scorecard.high is distinct from expected.high
    or (scorecard.value is null) != (expected.value is null)
    or abs(scorecard.value - expected.value) > 1e-9
