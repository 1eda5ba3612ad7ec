with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

events as (

    select * from {{ ref('int_engagement_events_resolved') }}

),

parties as (

    select * from {{ ref('int_parties_folded') }}

),

answers as (

    select
        coalesce(events.parent_event_id, events.event_id) as question_id,
        events.programme_id,
        {{ local_date('events.occurred_at') }} as answered_on,
        row_number() over (
            partition by coalesce(events.parent_event_id, events.event_id)
            order by events.occurred_at, events.event_id
        ) as answer_rank

    from events
    left join parties on events.party_id = parties.party_id
    cross join parameters
    where
        events.event_type = 'answer'
        and {{ local_date('events.occurred_at') }} <= parameters.as_of_date
        and coalesce(parties.party_type, 'community_member') != 'employee'
        and not coalesce(parties.is_test, false)

),

final as (

    select
        question_id,
        programme_id,
        answered_on

    from answers
    where answer_rank = 1

)

select * from final
