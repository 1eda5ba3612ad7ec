with

orders as (

    select * from {{ ref('int_orders_valued') }}

),

counted as (

    select
        party_id,
        ordered_on as purchased_on,
        count(*) as orders

    from orders
    where party_id is not null
    group by party_id, ordered_on

),

final as (

    select
        party_id,
        purchased_on,
        lead(purchased_on) over (partition by party_id order by purchased_on) as next_purchased_on,
        cast(sum(orders) over (partition by party_id order by purchased_on) as bigint)
            as orders_so_far

    from counted

)

select * from final
