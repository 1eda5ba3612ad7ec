-- a table, as relationship_scorecard reads it too
{{ config(materialized="table") }}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

conversations as (

    select * from {{ ref('int_conversations_answered') }}
    where not is_outreach

),

curves as (

    select * from {{ ref('int_answer_curves_estimated') }}

),

counted as (

    select
        conversations.opened_month,
        case when grouping(conversations.channel) = 1 then 'all' else conversations.channel end
            as channel,
        case when grouping(conversations.segment) = 1 then 'all' else conversations.segment end
            as segment,
        count(*) as conversations,
        sum(case when conversations.is_answered then 1 else 0 end) as answered,
        sum(case when conversations.answered_by = 'peer' then 1 else 0 end) as answered_by_peers,
        sum(case when conversations.is_after_hours then 1 else 0 end) as after_hours_conversations,
        sum(
            case
                when
                    conversations.is_answered
                    and conversations.seconds_waited <= 60 * parameters.response_sla_minutes
                    then 1
                else 0
            end
        ) as answered_within_sla,
        sum(
            case
                when
                    not conversations.is_answered
                    and conversations.seconds_waited < 60 * parameters.response_sla_minutes
                    then 1
                else 0
            end
        ) as undecided

    from conversations
    cross join parameters
    group by grouping sets (
        (conversations.opened_month),
        (conversations.opened_month, conversations.channel),
        (conversations.opened_month, conversations.segment),
        (conversations.opened_month, conversations.channel, conversations.segment)
    )

),

-- half are answered where the curve of the unanswered first touches one half, and the bounds are
-- where its own bounds do (Brookmeyer & Crowley 1982); 1e-12 is for the rounding of logarithms
medians_found as (

    select
        opened_month,
        channel,
        segment,
        clock,
        min(case when unanswered_share <= 0.5 + 1e-12 then seconds end) as median_seconds,
        min(case when unanswered_low <= 0.5 + 1e-12 then seconds end) as median_seconds_low,
        min(case when unanswered_high <= 0.5 + 1e-12 then seconds end) as median_seconds_high

    from curves
    group by opened_month, channel, segment, clock

),

-- the median of the answered alone, which forgets those who still wait
naive_medians_found as (

    select
        curves.opened_month,
        curves.channel,
        curves.segment,
        min(curves.seconds) as median_seconds

    from curves
    inner join counted
        on
            curves.opened_month = counted.opened_month
            and curves.channel = counted.channel
            and curves.segment = counted.segment
    where
        curves.clock = 'calendar'
        and counted.answered > 0
        and 2 * curves.cumulative_answers >= counted.answered
    group by curves.opened_month, curves.channel, curves.segment

),

-- nothing is known of the curve beyond the longest wait, unless all are answered
at_sla as (

    select
        curves.opened_month,
        curves.channel,
        curves.segment,
        case
            when
                max(curves.seconds) >= 60 * max(parameters.response_sla_minutes)
                or min(curves.unanswered_share) = 0
                then
                    coalesce(
                        min(
                            case
                                when curves.seconds <= 60 * parameters.response_sla_minutes
                                    then curves.unanswered_share
                            end
                        ),
                        1
                    )
        end as late_share,
        max(
            case
                when curves.seconds <= 60 * parameters.response_sla_minutes
                    then curves.greenwood_sum
            end
        ) as greenwood_sum

    from curves
    cross join parameters
    where curves.clock = 'calendar'
    group by curves.opened_month, curves.channel, curves.segment

),

-- the size of the sample without censoring that would be as certain (Rothman 1978)
sized as (

    select
        counted.*,
        at_sla.late_share,
        case
            when at_sla.late_share > 0 and at_sla.late_share < 1
                then
                    {{ safe_divide(
                        '1 - at_sla.late_share', 'at_sla.late_share * at_sla.greenwood_sum'
                    ) }}
            else counted.conversations - counted.undecided
        end as effective_conversations

    from counted
    inner join at_sla
        on
            counted.opened_month = at_sla.opened_month
            and counted.channel = at_sla.channel
            and counted.segment = at_sla.segment

),

shares as (

    select
        *,
        1 - late_share as share_within_sla,
        (1 - late_share) * effective_conversations as effective_within_sla

    from sized

),

final as (

    select
        shares.opened_month as month,
        shares.channel,
        shares.segment,
        shares.conversations,
        shares.answered,
        shares.conversations - shares.answered as unanswered,
        calendar.median_seconds / 60.0 as median_minutes,
        calendar.median_seconds_low / 60.0 as median_minutes_low,
        calendar.median_seconds_high / 60.0 as median_minutes_high,
        naive.median_seconds / 60.0 as naive_median_minutes,
        business.median_seconds / 60.0 as median_business_minutes,
        business.median_seconds_low / 60.0 as median_business_minutes_low,
        business.median_seconds_high / 60.0 as median_business_minutes_high,
        parameters.response_sla_minutes as sla_minutes,
        shares.answered_within_sla,
        shares.undecided as undecided_within_sla,
        shares.share_within_sla,
        {{ wilson_low(
            'shares.effective_within_sla', 'shares.effective_conversations', 'parameters.confidence_z'
        ) }} as share_within_sla_low,
        {{ wilson_high(
            'shares.effective_within_sla', 'shares.effective_conversations', 'parameters.confidence_z'
        ) }} as share_within_sla_high,
        shares.after_hours_conversations,
        {{ safe_divide('shares.after_hours_conversations', 'shares.conversations') }}
            as after_hours_share,
        shares.answered_by_peers,
        {{ safe_divide('shares.answered_by_peers', 'shares.answered') }} as answered_by_peers_share,
        {{ add_months('shares.opened_month', 1) }}
        <= {{ add_days('parameters.as_of_date', 1) }} as is_month_complete,
        parameters.as_of_date

    from shares
    inner join medians_found as calendar
        on
            shares.opened_month = calendar.opened_month
            and shares.channel = calendar.channel
            and shares.segment = calendar.segment
            and calendar.clock = 'calendar'
    inner join medians_found as business
        on
            shares.opened_month = business.opened_month
            and shares.channel = business.channel
            and shares.segment = business.segment
            and business.clock = 'business'
    left join naive_medians_found as naive
        on
            shares.opened_month = naive.opened_month
            and shares.channel = naive.channel
            and shares.segment = naive.segment
    cross join parameters

)

select * from final
