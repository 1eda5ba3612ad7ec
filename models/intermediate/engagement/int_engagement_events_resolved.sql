{{ config(materialized="view") }}

with

events as (

    {{ resolved('stg_engagement__engagement_events') }}

),

handles as (

    select * from {{ ref('int_handles_resolved') }}

),

final as (

    select
        events.event_id,
        coalesce(events.party_id, handles.party_id) as party_id,
        events.actor_handle,
        events.occurred_at,
        events.platform,
        events.event_type,
        events.target_party_id,
        events.content_id,
        events.parent_event_id,
        events.is_organic,
        events.is_user_generated,
        events.text,
        events.language,
        events.event_count,
        events.programme_id

    from events
    left join handles
        on events.actor_handle = handles.actor_handle and events.party_id is null

)

select * from final
