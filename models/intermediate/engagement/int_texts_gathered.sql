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

parties as (

    select * from {{ ref('stg_parties__parties') }}

),

erasure_requests as (

    select * from {{ ref('int_erasure_requests_resolved') }}

),

written as (

    select
        'engagement_event' as text_source,
        events.event_id as record_id,
        events.party_id,
        events.platform,
        events.programme_id,
        events.occurred_at as written_at,
        events.language,
        events.text

    from events
    union all
    select
        'survey_comment' as text_source,
        response_id as record_id,
        party_id,
        'survey' as platform,
        cast(null as {{ dbt.type_string() }}) as programme_id,
        responded_at as written_at,
        language,
        comment as text

    from responses
    where not coalesce(is_test, false)
    union all
    select
        'message' as text_source,
        messages.message_id as record_id,
        coalesce(messages.author_party_id, conversations.party_id) as party_id,
        coalesce(conversations.channel, 'unknown') as platform,
        conversations.programme_id,
        messages.sent_at as written_at,
        messages.language,
        messages.text

    from messages
    left join conversations on messages.conversation_id = conversations.conversation_id
    where messages.author_role = 'customer'

),

erased as (

    select erasure_requests.party_id

    from erasure_requests
    cross join parameters
    where {{ local_date('erasure_requests.requested_at') }} <= parameters.as_of_date

),

final as (

    select
        written.text_source,
        written.record_id,
        written.party_id,
        written.platform,
        coalesce(written.programme_id, 'none') as programme_id,
        {{ local_date('written.written_at') }} as written_on,
        {{ text_language('written.language') }} as language,
        {{ dbt.hash('written.text') }} as text_hash,
        written.text

    from written
    left join parties on written.party_id = parties.party_id
    left join erased on written.party_id = erased.party_id
    cross join parameters
    where
        trim(written.text) != ''
        and {{ local_date('written.written_at') }} <= parameters.as_of_date
        and not coalesce(parties.is_test, false)
        and erased.party_id is null

)

select * from final
