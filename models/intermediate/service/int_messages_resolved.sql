{{ config(materialized="view") }}

with

messages as (

    select * from {{ ref('stg_service__messages') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

final as (

    select
        messages.message_id,
        messages.conversation_id,
        coalesce(merged_parties.resolved_party_id, messages.author_party_id) as author_party_id,
        messages.author_role,
        messages.text,
        messages.language,
        messages.is_public,
        messages.sent_at

    from messages
    left join merged_parties on messages.author_party_id = merged_parties.party_id

)

select * from final
