with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

events as (

    select * from {{ ref('int_engagement_events_resolved') }}

),

conversations as (

    select * from {{ ref('int_conversations_answered') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

touches as (

    select
        events.party_id,
        events.programme_id,
        {{ local_date('events.occurred_at') }} as touched_on,
        events.event_count as touches

    from events
    cross join parameters
    where
        events.party_id is not null
        and events.programme_id is not null
    union all
    select
        conversations.party_id,
        conversations.programme_id,
        {{ local_date('conversations.first_answered_at') }} as touched_on,
        1 as touches

    from conversations
    cross join parameters
    where
        conversations.is_answered
        and conversations.party_id is not null
        and conversations.programme_id is not null

),

final as (

    select
        touches.party_id,
        touches.programme_id,
        touches.touched_on,
        cast(sum(touches.touches) as bigint) as touches

    from touches
    inner join parties on touches.party_id = parties.party_id
    cross join parameters
    where touches.touched_on <= parameters.as_of_date
    group by touches.party_id, touches.programme_id, touches.touched_on

)

select * from final
