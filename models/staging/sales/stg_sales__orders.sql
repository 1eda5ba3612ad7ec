with

source as (

    select * from {{ source('raw', 'orders') }}

),

renamed as (

    select

        -- ids
        order_id,
        party_id,
        programme_id,

        -- text
        currency,
        channel,

        -- numerics
        gross_amount,
        discount_amount,
        tax_amount,
        shipping_amount,
        net_amount,
        cost_amount,

        -- booleans
        is_test,

        -- dates and timestamps
        ordered_at,
        cancelled_at,
        updated_at

    from source

)

select * from renamed
