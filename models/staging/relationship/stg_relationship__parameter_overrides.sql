with

source as (

    select * from {{ source('raw', 'parameter_overrides') }}

),

renamed as (

    select

        -- ids
        parameter,

        -- text
        value,
        reason

    from source

)

select * from renamed
