{{ config(materialized="view") }}

with

conversations as (

    select * from {{ ref('stg_service__conversations') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

final as (

    select
        conversations.conversation_id,
        coalesce(merged_parties.resolved_party_id, conversations.party_id) as party_id,
        conversations.programme_id,
        conversations.channel,
        conversations.topic,
        conversations.csat_score,
        conversations.is_public,
        conversations.opened_at,
        conversations.resolved_at

    from conversations
    left join merged_parties on conversations.party_id = merged_parties.party_id

)

select * from final
