with

source as (

    select * from {{ source('raw', 'engagement_events') }}

),

renamed as (

    select

        -- ids
        event_id,
        party_id,
        actor_handle,
        target_party_id,
        content_id,
        parent_event_id,
        programme_id,

        -- text
        platform,
        event_type,
        text,
        language,

        -- numerics
        event_count,

        -- booleans
        is_organic,
        is_user_generated,

        -- dates and timestamps
        occurred_at

    from source

)

select * from renamed
