with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

events as (

    select * from {{ ref('int_engagement_events_resolved') }}

),

delivered_parties as (

    select * from {{ ref('stg_parties__parties') }}

),

known_parties as (

    select * from {{ ref('int_parties_known') }}

),

dated as (

    select
        events.*,
        {{ local_date('events.occurred_at') }} as occurred_on

    from events
    cross join parameters

),

final as (

    select
        dated.event_id,
        dated.party_id,
        case
            when dated.party_id is not null
                then {{ dbt.concat(["'party '", "dated.party_id"]) }}
            when dated.actor_handle is not null
                then {{ dbt.concat(["'handle '", "dated.actor_handle"]) }}
        end as actor_id,
        known_parties.party_id is not null as is_known_party,
        coalesce(known_parties.party_type = 'employee', false) as is_brand,
        dated.target_party_id,
        dated.parent_event_id,
        dated.occurred_at,
        dated.occurred_on,
        dated.platform,
        coalesce(dated.programme_id, 'none') as programme_id,
        dated.event_type,
        dated.event_count,
        dated.is_organic,
        dated.is_user_generated

    from dated
    left join delivered_parties on dated.party_id = delivered_parties.party_id
    left join known_parties on dated.party_id = known_parties.party_id
    cross join parameters
    where
        dated.occurred_on <= parameters.as_of_date
        and not coalesce(delivered_parties.is_test, false)

)

select * from final
