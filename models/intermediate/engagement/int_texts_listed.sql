{{ config(materialized="view") }}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

events as (

    select * from {{ ref('stg_engagement__engagement_events') }}

),

responses as (

    select * from {{ ref('stg_feedback__survey_responses') }}

),

messages as (

    select * from {{ ref('stg_service__messages') }}

),

conversations as (

    select * from {{ ref('stg_service__conversations') }}

),

identities as (

    select * from {{ ref('stg_parties__identities') }}

),

erasure_requests as (

    select * from {{ ref('stg_parties__erasure_requests') }}

),

written as (

    select
        coalesce(events.party_id, handles.party_id) as party_id,
        events.language,
        events.text

    from events
    left join identities as handles
        on
            events.actor_handle = handles.identifier
            and handles.identifier_type = 'handle'
    union all
    select
        party_id,
        language,
        comment as text

    from responses
    union all
    select
        coalesce(messages.author_party_id, conversations.party_id) as party_id,
        messages.language,
        messages.text

    from messages
    left join conversations on messages.conversation_id = conversations.conversation_id
    where messages.author_role = 'customer'

),

final as (

    select distinct
        {{ dbt.hash('written.text') }} as text_hash,
        {{ text_language('written.language') }} as language,
        written.text

    from written
    left join erasure_requests on written.party_id = erasure_requests.party_id
    cross join parameters
    where
        trim(written.text) != ''
        and erasure_requests.party_id is null

)

select * from final
