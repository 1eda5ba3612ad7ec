with

source as (

    select * from {{ source('raw', 'partner_ledger') }}

),

renamed as (

    select

        -- ids
        entry_id,
        partner_party_id,

        -- text
        side,
        kind,
        currency,

        -- numerics
        amount,

        -- dates and timestamps
        entry_month

    from source

)

select * from renamed
