with

source as (

    select * from {{ source('raw', 'fx_rates') }}

),

renamed as (

    select

        -- text
        currency,

        -- numerics
        rate_to_reporting,

        -- dates and timestamps
        rate_date

    from source

)

select * from renamed
