with

source as (

    select * from {{ source('raw', 'erasure_requests') }}

),

renamed as (

    select

        -- ids
        party_id,

        -- dates and timestamps
        requested_at

    from source

)

select * from renamed
