{{ config(materialized="view") }}

with

orders as (

    select * from {{ ref('stg_sales__orders') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

final as (

    select
        orders.order_id,
        coalesce(merged_parties.resolved_party_id, orders.party_id) as party_id,
        orders.programme_id,
        orders.currency,
        orders.channel,
        orders.gross_amount,
        orders.discount_amount,
        orders.tax_amount,
        orders.shipping_amount,
        orders.net_amount,
        orders.cost_amount,
        orders.is_test,
        orders.ordered_at,
        orders.cancelled_at,
        orders.updated_at

    from orders
    left join merged_parties on orders.party_id = merged_parties.party_id

)

select * from final
