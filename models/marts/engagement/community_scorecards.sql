with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

events as (

    select * from {{ ref('int_engagement_events_matched') }}
    where not is_brand

),

members as (

    select * from {{ ref('int_community_members_listed') }}

),

scores as (

    select * from {{ ref('relationship_scores') }}

),

advocacies as (

    select * from {{ ref('int_advocacies_measured') }}

),

questions as (

    select * from {{ ref('int_questions_answered') }}

),

curves as (

    select * from {{ ref('int_question_curves_estimated') }}

),

deflected as (

    select * from {{ ref('int_questions_deflected') }}

),

-- where people only look and click, there is no community
communities as (

    select
        platform,
        {{ trunc_date('month', 'min(occurred_on)') }} as first_month

    from events
    group by platform
    having max(case when event_type in ('post', 'answer') then 1 else 0 end) = 1

),

community_months as (

    select
        communities.platform,
        months.month

    from communities
    inner join months on communities.first_month <= months.month

),

joiners_counted as (

    select
        platform,
        first_month as month,
        count(*) as joiners

    from members
    group by platform, first_month

),

members_counted as (

    select
        community_months.platform,
        community_months.month,
        cast(
            sum(coalesce(joiners_counted.joiners, 0)) over (
                partition by community_months.platform
                order by community_months.month
                rows between unbounded preceding and current row
            ) as bigint
        ) as members

    from community_months
    left join joiners_counted
        on
            community_months.platform = joiners_counted.platform
            and community_months.month = joiners_counted.month

),

active_counted as (

    select
        platform,
        {{ trunc_date('month', 'occurred_on') }} as month,
        count(distinct actor_id) as active_members

    from events
    group by platform, {{ trunc_date('month', 'occurred_on') }}

),

levels_summed as (

    select
        members.platform,
        scores.month,
        count(scores.level) as levelled_members,
        coalesce(sum((5 - scores.level) * (5 - scores.level)), 0) as level_weight_squares,
        sum(case when advocacies.advocacy > 0 then 1 else 0 end) as advocates

    from members
    inner join scores
        on
            members.party_id = scores.party_id
            and members.first_month <= scores.month
    left join advocacies
        on
            scores.party_id = advocacies.party_id
            and scores.month = advocacies.month
    group by members.platform, scores.month

),

questions_counted as (

    select
        platform,
        month,
        count(*) as questions,
        sum(case when is_answered then 1 else 0 end) as answered_questions

    from questions
    group by platform, month

),

medians_found as (

    select
        platform,
        month,
        min(case when unanswered_share <= 0.5 + 1e-12 then seconds end) as median_seconds,
        min(case when unanswered_low <= 0.5 + 1e-12 then seconds end) as median_seconds_low,
        min(case when unanswered_high <= 0.5 + 1e-12 then seconds end) as median_seconds_high

    from curves
    group by platform, month

),

deflected_counted as (

    select
        platform,
        {{ trunc_date('month', 'answered_on') }} as month,
        count(*) as deflected_questions

    from deflected
    group by platform, {{ trunc_date('month', 'answered_on') }}

),

gathered as (

    select
        members_counted.platform,
        members_counted.month,
        members_counted.members,
        coalesce(active_counted.active_members, 0) as active_members,
        levels_summed.levelled_members,
        levels_summed.level_weight_squares,
        {{ safe_divide('levels_summed.level_weight_squares', 'levels_summed.levelled_members') }}
            as level_weight_square_mean,
        coalesce(questions_counted.questions, 0) as questions,
        coalesce(questions_counted.answered_questions, 0) as answered_questions,
        medians_found.median_seconds,
        medians_found.median_seconds_low,
        medians_found.median_seconds_high,
        levels_summed.advocates,
        coalesce(deflected_counted.deflected_questions, 0) as deflected_questions

    from members_counted
    left join active_counted
        on
            members_counted.platform = active_counted.platform
            and members_counted.month = active_counted.month
    left join levels_summed
        on
            members_counted.platform = levels_summed.platform
            and members_counted.month = levels_summed.month
    left join questions_counted
        on
            members_counted.platform = questions_counted.platform
            and members_counted.month = questions_counted.month
    left join medians_found
        on
            members_counted.platform = medians_found.platform
            and members_counted.month = medians_found.month
    left join deflected_counted
        on
            members_counted.platform = deflected_counted.platform
            and members_counted.month = deflected_counted.month

),

final as (

    select
        gathered.platform as community,
        gathered.month,
        gathered.members,
        gathered.active_members,
        {{ safe_divide('gathered.active_members', 'gathered.members') }} as active_share,
        gathered.levelled_members,
        gathered.level_weight_squares,
        gathered.level_weight_square_mean,
        gathered.level_weight_square_mean - lag(gathered.level_weight_square_mean) over (
            partition by gathered.platform
            order by gathered.month
        ) as gravity,
        gathered.questions,
        gathered.answered_questions,
        {{ safe_divide('gathered.answered_questions', 'gathered.questions') }} as answered_share,
        gathered.median_seconds / 60.0 as median_answer_minutes,
        gathered.median_seconds_low / 60.0 as median_answer_minutes_low,
        gathered.median_seconds_high / 60.0 as median_answer_minutes_high,
        gathered.advocates,
        gathered.deflected_questions,
        gathered.deflected_questions * parameters.cost_per_contact as deflected_service_cost,
        {{ add_months('gathered.month', 1) }}
        <= {{ add_days('parameters.as_of_date', 1) }} as is_month_complete,
        parameters.as_of_date

    from gathered
    cross join parameters

)

select * from final
