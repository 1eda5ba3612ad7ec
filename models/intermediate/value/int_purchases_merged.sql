with

orders as (

    select * from {{ ref('int_orders_valued') }}

),

final as (

    select
        party_id,
        ordered_on as purchased_on,
        sum(margin_amount) as margin_amount

    from orders
    where party_id is not null
    group by party_id, ordered_on

)

select * from final
