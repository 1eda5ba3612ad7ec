with

source as (

    select * from {{ source('raw', 'parties') }}

),

renamed as (

    select

        -- ids
        party_id,
        acquisition_programme_id,

        -- text
        party_type,
        country,
        segment,
        acquisition_channel,
        email,

        -- booleans
        is_test,

        -- dates and timestamps
        created_at,
        updated_at

    from source

)

select * from renamed
