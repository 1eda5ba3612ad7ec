with

source as (

    select * from {{ source('raw', 'survey_sends') }}

),

renamed as (

    select

        -- ids
        send_id,
        survey_id,
        party_id,

        -- text
        channel,
        wave,

        -- booleans
        is_reminder,

        -- dates and timestamps
        sent_at,
        delivered_at,
        opened_at,
        bounced_at

    from source

)

select * from renamed
