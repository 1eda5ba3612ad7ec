-- Promoters, passives and detractors are all who responded, and 'all' is every response of the
-- period.
with

counted as (

    select
        responses.survey_id,
        periods.period_type,
        periods.period_end,
        count(*) as responses

    from {{ ref('int_survey_periods_listed') }} as periods
    inner join {{ ref('int_nps_responses_scored') }} as responses
        on responses.responded_on between periods.period_start and periods.period_end
    group by responses.survey_id, periods.period_type, periods.period_end

)

select
    scores.survey_id,
    scores.period_type,
    scores.period_end,
    scores.segment,
    scores.promoters,
    scores.passives,
    scores.detractors,
    scores.responded,
    counted.responses

from {{ ref('published_nps_by_period') }} as scores
left join counted
    on
        scores.survey_id = counted.survey_id
        and scores.period_type = counted.period_type
        and scores.period_end = counted.period_end
where
    not scores.is_suppressed
    and (
        scores.promoters + scores.passives + scores.detractors is distinct from scores.responded
        or (
            scores.segment = 'all'
            and scores.responded is distinct from coalesce(counted.responses, 0)
        )
        or scores.delivered_and_answered > scores.delivered
        or scores.delivered > scores.sent
    )
