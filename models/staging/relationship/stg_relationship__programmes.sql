with

source as (

    select * from {{ source('raw', 'programmes') }}

),

renamed as (

    select

        -- ids
        programme_id,

        -- text
        programme_name,
        programme_kind,
        objective,

        -- dates and timestamps
        started_at,
        ended_at

    from source

)

select * from renamed
