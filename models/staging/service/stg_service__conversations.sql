with

source as (

    select * from {{ source('raw', 'conversations') }}

),

renamed as (

    select

        -- ids
        conversation_id,
        party_id,
        programme_id,

        -- text
        channel,
        topic,

        -- numerics
        csat_score,

        -- booleans
        is_public,

        -- dates and timestamps
        opened_at,
        resolved_at

    from source

)

select * from renamed
