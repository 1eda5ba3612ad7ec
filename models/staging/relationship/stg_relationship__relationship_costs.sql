with

source as (

    select * from {{ source('raw', 'relationship_costs') }}

),

renamed as (

    select

        -- ids
        cost_id,
        programme_id,

        -- text
        currency,
        category,
        channel,
        party_type,

        -- numerics
        amount,

        -- dates and timestamps
        cost_month

    from source

)

select * from renamed
