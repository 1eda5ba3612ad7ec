with

orders as (

    select * from {{ ref('int_orders_valued') }}

),

refunds as (

    select * from {{ ref('int_refunds_valued') }}

),

-- what a refund takes back belongs to its order, whenever it is made; without one, to its own day
margins as (

    select
        party_id,
        ordered_on as booked_on,
        1 as orders,
        case when discount_amount = 0 then 1 else 0 end as full_price_orders,
        margin_amount

    from orders
    where party_id is not null
    union all
    select
        orders.party_id,
        orders.ordered_on as booked_on,
        0 as orders,
        0 as full_price_orders,
        -refunds.margin_lost as margin_amount

    from refunds
    inner join orders on refunds.order_id = orders.order_id
    where orders.party_id is not null
    union all
    select
        refunds.party_id,
        refunds.refunded_on as booked_on,
        0 as orders,
        0 as full_price_orders,
        -refunds.margin_lost as margin_amount

    from refunds
    left join orders on refunds.order_id = orders.order_id
    where
        refunds.party_id is not null
        and orders.order_id is null

),

final as (

    select
        party_id,
        booked_on,
        cast(sum(orders) as bigint) as orders,
        cast(sum(full_price_orders) as bigint) as full_price_orders,
        cast(sum(margin_amount) as decimal(18, 4)) as margin_amount

    from margins
    group by party_id, booked_on

)

select * from final
