{{ config(materialized="view") }}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

events as (

    select * from {{ ref('int_engagement_events_resolved') }}

),

responses as (

    select * from {{ ref('int_survey_responses_resolved') }}

),

messages as (

    select * from {{ ref('int_messages_resolved') }}

),

conversations as (

    select * from {{ ref('int_conversations_resolved') }}

),

identities as (

    select * from {{ ref('stg_parties__identities') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

erasure_requests as (

    select * from {{ ref('int_erasure_requests_resolved') }}

),

written as (

    select
        party_id,
        case when party_id is null then actor_handle end as unowned_handle,
        language,
        text

    from events
    union all
    select
        party_id,
        cast(null as {{ dbt.type_string() }}) as unowned_handle,
        language,
        comment as text

    from responses
    union all
    select
        coalesce(messages.author_party_id, conversations.party_id) as party_id,
        cast(null as {{ dbt.type_string() }}) as unowned_handle,
        messages.language,
        messages.text

    from messages
    left join conversations on messages.conversation_id = conversations.conversation_id
    where messages.author_role = 'customer'

),

erased as (

    select distinct party_id from erasure_requests

),

-- also handles that are owned from a day after as_of_date
erased_handles as (

    select distinct identities.identifier

    from identities
    left join merged_parties on identities.party_id = merged_parties.party_id
    inner join erased
        on coalesce(merged_parties.resolved_party_id, identities.party_id) = erased.party_id
    where identities.identifier_type = 'handle'

),

final as (

    select distinct
        {{ dbt.hash('written.text') }} as text_hash,
        {{ text_language('written.language') }} as language,
        written.text

    from written
    left join erased on written.party_id = erased.party_id
    left join erased_handles on written.unowned_handle = erased_handles.identifier
    cross join parameters
    where
        trim(written.text) != ''
        and erased.party_id is null
        and erased_handles.identifier is null

)

select * from final
