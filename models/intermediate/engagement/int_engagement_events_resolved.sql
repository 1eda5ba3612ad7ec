{{ config(materialized="view") }}

with

events as (

    select * from {{ ref('stg_engagement__engagement_events') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

handles as (

    select * from {{ ref('int_handles_resolved') }}

),

final as (

    select
        events.event_id,
        coalesce(merged_parties.resolved_party_id, events.party_id, handles.party_id) as party_id,
        events.actor_handle,
        coalesce(targets.resolved_party_id, events.target_party_id) as target_party_id,
        events.content_id,
        events.parent_event_id,
        events.programme_id,
        events.platform,
        events.event_type,
        events.text,
        events.language,
        events.event_count,
        events.is_organic,
        events.is_user_generated,
        events.occurred_at

    from events
    left join merged_parties on events.party_id = merged_parties.party_id
    left join merged_parties as targets on events.target_party_id = targets.party_id
    left join handles
        on events.actor_handle = handles.actor_handle and events.party_id is null

)

select * from final
