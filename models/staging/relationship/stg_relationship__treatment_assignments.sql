with

source as (

    select * from {{ source('raw', 'treatment_assignments') }}

),

renamed as (

    select

        -- ids
        party_id,
        programme_id,

        -- text
        arm,

        -- booleans
        is_randomised,

        -- dates and timestamps
        assigned_at

    from source

)

select * from renamed
