with

source as (

    select * from {{ source('raw', 'identities') }}

),

renamed as (

    select

        -- ids
        identifier,
        party_id,
        merged_into_party_id,

        -- text
        identifier_type,

        -- dates and timestamps
        merged_at,
        valid_from

    from source

)

select * from renamed
