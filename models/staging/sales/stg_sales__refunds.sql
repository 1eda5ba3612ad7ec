with

source as (

    select * from {{ source('raw', 'refunds') }}

),

renamed as (

    select

        -- ids
        refund_id,
        order_id,
        party_id,

        -- text
        currency,
        reason,

        -- numerics
        amount,

        -- dates and timestamps
        refunded_at

    from source

)

select * from renamed
