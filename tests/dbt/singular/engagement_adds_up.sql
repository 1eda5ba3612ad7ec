-- 'all' is the sum of the platforms and of the programmes; types, and known and unknown actors, add
-- up to the events; a row has no more participants than events with an actor.
with

rows_of_all as (

    select
        'platforms' as identity,
        month,
        programme_id as kept,
        sum(case when platform = 'all' then events else -events end) as events,
        sum(case when platform = 'all' then organic_events else -organic_events end)
            as organic_events,
        sum(case when platform = 'all' then brand_events else -brand_events end) as brand_events,
        sum(
            case when platform = 'all' then 1 else -1 end * coalesce(impressions, 0)
        ) as impressions,
        sum(
            case when platform = 'all' then 1 else -1 end * coalesce(content_engagements, 0)
        ) as content_engagements

    from {{ ref('published_engagement_by_month') }}
    group by month, programme_id
    union all
    select
        'programmes' as identity,
        month,
        platform as kept,
        sum(case when programme_id = 'all' then events else -events end) as events,
        sum(case when programme_id = 'all' then organic_events else -organic_events end)
            as organic_events,
        sum(case when programme_id = 'all' then brand_events else -brand_events end)
            as brand_events,
        0 as impressions,
        0 as content_engagements

    from {{ ref('published_engagement_by_month') }}
    group by month, platform

),

unequal_sums as (

    select
        identity,
        month,
        kept

    from rows_of_all
    where
        events != 0
        or organic_events != 0
        or brand_events != 0
        or impressions != 0
        or content_engagements != 0

),

unequal_parts as (

    select
        'parts of events' as identity,
        month,
        platform as kept

    from {{ ref('published_engagement_by_month') }}
    where
        events != events_of_known_parties + events_of_unknown_actors
        or anonymous_events > events_of_unknown_actors
        or participants > events - anonymous_events
        or events != views + reactions + comments + replies + answers + accepted_answers + shares
        + mentions + posts + reviews + follows + unfollows + attendances + referrals + other_events
        or organic_events > events_with_known_origin
        or events_with_known_origin > events
        or user_generated_events > events_with_known_author
        or events_with_known_author > events

)

select * from unequal_sums
union all
select * from unequal_parts
