-- A metric in the seed that the scorecard does not compute would never be seen; a direction that is
-- neither would judge nothing, a target out of its range all wrongly, and an unknown survey would
-- leave NPS away.
select
    'metric' as failure,
    metric as found

from {{ ref('int_scorecard_metrics_resolved') }}
where
    metric not in (
        'nps', 'nps_post_stratified', 'churn_rate', 'contract_churn_rate', 'net_revenue_retention',
        'clv_per_customer', 'cac', 'clv_to_cac', 'referred_share', 'share_within_sla',
        'median_minutes', 'organic_events', 'relationship_score', 'ror', 'roi', 'halo'
    )
union all
select
    'direction' as failure,
    metric as found

from {{ ref('int_scorecard_metrics_resolved') }}
where direction not in ('up', 'down') or direction is null
union all
select
    'target' as failure,
    metric as found

from {{ ref('int_scorecard_metrics_resolved') }}
where target < low or target > high
union all
select
    'survey' as failure,
    parameters.scorecard_survey as found

from {{ ref('int_parameters_resolved') }} as parameters
left join {{ ref('int_nps_responses_scored') }} as responses
    on parameters.scorecard_survey = responses.survey_id
where
    parameters.scorecard_survey is null
    or (parameters.scorecard_survey != 'largest' and responses.survey_id is null)
