-- a table, as relationship_scorecard reads it too
{{ config(materialized="table") }}

{% set event_types = {
    "view": "views",
    "reaction": "reactions",
    "comment": "comments",
    "reply": "replies",
    "answer": "answers",
    "accepted_answer": "accepted_answers",
    "share": "shares",
    "mention": "mentions",
    "post": "posts",
    "review": "reviews",
    "follow": "follows",
    "unfollow": "unfollows",
    "attend": "attendances",
    "refer": "referrals",
} -%}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

events as (

    select * from {{ ref('int_engagement_events_matched') }}

),

content_metrics as (

    select * from {{ ref('int_content_metrics_differenced') }}

),

sentiments as (

    select * from {{ ref('int_month_sentiments_averaged') }}

),

-- what employees do is the brand's own, not engagement with it
parted as (

    select
        {{ trunc_date('month', 'occurred_on') }} as month,
        platform,
        programme_id,
        case when not is_brand then actor_id end as participant_id,
        is_known_party,
        event_type,
        is_organic,
        is_user_generated,
        actor_id is null as is_anonymous,
        case when is_brand then 0 else event_count end as events,
        case when is_brand then event_count else 0 end as brand_events

    from events

),

counted as (

    select
        month,
        case when grouping(platform) = 1 then 'all' else platform end as platform,
        case when grouping(programme_id) = 1 then 'all' else programme_id end as programme_id,
        sum(events) as events,
        count(distinct participant_id) as participants,
        sum(case when is_known_party then events else 0 end) as events_of_known_parties,
        sum(case when is_known_party then 0 else events end) as events_of_unknown_actors,
        sum(case when is_anonymous then events else 0 end) as anonymous_events,
        sum(case when is_organic then events else 0 end) as organic_events,
        sum(case when is_organic is not null then events else 0 end) as events_with_known_origin,
        sum(case when is_user_generated then events else 0 end) as user_generated_events,
        sum(case when is_user_generated is not null then events else 0 end)
            as events_with_known_author,
        {%- for event_type, events in event_types.items() %}
            sum(case when event_type = '{{ event_type }}' then events else 0 end) as {{ events }},
        {%- endfor %}
        sum(
            case
                when
                    event_type not in (
                        {%- for event_type in event_types %}
                            '{{ event_type }}'{{ "," if not loop.last }}
                        {%- endfor %}
                    )
                    then events
                else 0
            end
        ) as other_events,
        sum(brand_events) as brand_events

    from parted
    group by grouping sets (
        (month),
        (month, platform),
        (month, programme_id),
        (month, platform, programme_id)
    )

),

dated_metrics as (

    select
        {{ trunc_date('month', 'metric_date') }} as month,
        platform,
        impressions,
        organic_impressions,
        engagements,
        shares,
        is_reset

    from content_metrics

),

-- content belongs to no programme: its reach is on the rows of all programmes alone
reached as (

    select
        month,
        case when grouping(platform) = 1 then 'all' else platform end as platform,
        'all' as programme_id,
        sum(impressions) as impressions,
        sum(organic_impressions) as organic_impressions,
        sum(engagements) as content_engagements,
        sum(shares) as content_shares,
        sum(case when is_reset then 1 else 0 end) as counter_resets

    from dated_metrics
    group by grouping sets ((month), (month, platform))

),

keys as (

    select
        month,
        platform,
        programme_id
    from counted
    union distinct
    select
        month,
        platform,
        programme_id
    from reached

),

final as (

    select
        keys.month,
        keys.platform,
        keys.programme_id,
        coalesce(counted.events, 0) as events,
        coalesce(counted.participants, 0) as participants,
        coalesce(counted.events_of_known_parties, 0) as events_of_known_parties,
        coalesce(counted.events_of_unknown_actors, 0) as events_of_unknown_actors,
        {{ safe_divide('counted.events_of_unknown_actors', 'counted.events') }} as unmatched_share,
        coalesce(counted.anonymous_events, 0) as anonymous_events,
        coalesce(counted.organic_events, 0) as organic_events,
        coalesce(counted.events_with_known_origin, 0) as events_with_known_origin,
        {{ safe_divide('counted.organic_events', 'counted.events_with_known_origin') }}
            as organic_share,
        coalesce(counted.user_generated_events, 0) as user_generated_events,
        coalesce(counted.events_with_known_author, 0) as events_with_known_author,
        {{ safe_divide('counted.user_generated_events', 'counted.events_with_known_author') }}
            as user_generated_share,
        {%- for events in event_types.values() %}
            coalesce(counted.{{ events }}, 0) as {{ events }},
        {%- endfor %}
        coalesce(counted.other_events, 0) as other_events,
        coalesce(counted.brand_events, 0) as brand_events,
        reached.impressions,
        reached.organic_impressions,
        reached.content_engagements,
        reached.content_shares,
        reached.counter_resets,
        coalesce(sentiments.text_events, 0) as text_events,
        coalesce(sentiments.scored_text_events, 0) as scored_text_events,
        coalesce(sentiments.other_language_texts, 0) as other_language_texts,
        coalesce(sentiments.text_authors, 0) as text_authors,
        sentiments.sentiment_mean,
        sentiments.sentiment_low,
        sentiments.sentiment_high,
        {{ add_months('keys.month', 1) }}
        <= {{ add_days('parameters.as_of_date', 1) }} as is_month_complete,
        parameters.as_of_date

    from keys
    left join counted
        on
            keys.month = counted.month
            and keys.platform = counted.platform
            and keys.programme_id = counted.programme_id
    left join reached
        on
            keys.month = reached.month
            and keys.platform = reached.platform
            and keys.programme_id = reached.programme_id
    left join sentiments
        on
            keys.month = sentiments.month
            and keys.platform = sentiments.platform
            and keys.programme_id = sentiments.programme_id
    cross join parameters

)

select * from final
