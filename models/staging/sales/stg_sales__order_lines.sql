with

source as (

    select * from {{ source('raw', 'order_lines') }}

),

renamed as (

    select

        -- ids
        line_id,
        order_id,
        product_id,

        -- numerics
        quantity,
        unit_price,
        list_price,
        unit_cost,
        discount_amount

    from source

)

select * from renamed
