with

source as (

    select * from {{ source('computed', 'party_components') }}

),

renamed as (

    select

        -- ids
        party_id,
        first_party_id,

        -- numerics
        parties

    from source

)

select * from renamed
