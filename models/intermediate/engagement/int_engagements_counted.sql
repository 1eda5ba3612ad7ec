with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

events as (

    select * from {{ ref('int_engagement_events_resolved') }}

),

dated as (

    select
        events.party_id,
        {{ trunc_date('month', local_date('events.occurred_at')) }} as month,
        events.event_count

    from events
    cross join parameters
    where
        events.party_id is not null
        and {{ local_date('events.occurred_at') }} <= parameters.as_of_date

),

final as (

    select
        party_id,
        month,
        cast(sum(event_count) as bigint) as engagements

    from dated
    group by party_id, month

)

select * from final
