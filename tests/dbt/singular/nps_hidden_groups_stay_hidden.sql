-- What is hidden cannot be had from what is shown: 'all' less the groups shown leaves no
-- respondent or at least min_segment_size of them, in two groups or more.
with

responded as (

    select
        responses.survey_id,
        periods.period_type,
        periods.period_end,
        responses.segment,
        count(*) as responses

    from {{ ref('int_survey_periods_listed') }} as periods
    inner join {{ ref('int_nps_responses_scored') }} as responses
        on responses.responded_on between periods.period_start and periods.period_end
    group by responses.survey_id, periods.period_type, periods.period_end, responses.segment

),

hidden as (

    select
        responded.survey_id,
        responded.period_type,
        responded.period_end,
        count(*) as groups_responded,
        sum(case when scores.is_suppressed then 1 else 0 end) as groups_hidden,
        sum(case when scores.is_suppressed then responded.responses else 0 end) as responses_hidden,
        sum(
            case
                when
                    not scores.is_suppressed
                    and responded.responses < parameters.min_segment_size
                    then 1
                else 0
            end
        ) as small_groups_shown

    from responded
    cross join {{ ref('int_parameters_resolved') }} as parameters
    inner join {{ ref('published_nps_by_period') }} as scores
        on
            responded.survey_id = scores.survey_id
            and responded.period_type = scores.period_type
            and responded.period_end = scores.period_end
            and responded.segment = scores.segment
    group by responded.survey_id, responded.period_type, responded.period_end

)

select
    hidden.survey_id,
    hidden.period_type,
    hidden.period_end,
    hidden.groups_hidden,
    hidden.responses_hidden,
    hidden.small_groups_shown

from hidden
cross join {{ ref('int_parameters_resolved') }} as parameters
inner join {{ ref('published_nps_by_period') }} as scores
    on
        hidden.survey_id = scores.survey_id
        and hidden.period_type = scores.period_type
        and hidden.period_end = scores.period_end
        and scores.segment = 'all'
where
    hidden.small_groups_shown > 0
    or (
        not scores.is_suppressed
        and hidden.groups_hidden > 0
        and hidden.groups_responded > 1
        and (hidden.groups_hidden = 1 or hidden.responses_hidden < parameters.min_segment_size)
    )
