with

source as (

    select * from {{ source('raw', 'messages') }}

),

renamed as (

    select

        -- ids
        message_id,
        conversation_id,
        author_party_id,

        -- text
        author_role,
        text,
        language,

        -- booleans
        is_public,

        -- dates and timestamps
        sent_at

    from source

)

select * from renamed
