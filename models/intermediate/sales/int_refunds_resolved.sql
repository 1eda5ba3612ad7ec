{{ config(materialized="view") }}

with

refunds as (

    select * from {{ ref('stg_sales__refunds') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

final as (

    select
        refunds.refund_id,
        refunds.order_id,
        coalesce(merged_parties.resolved_party_id, refunds.party_id) as party_id,
        refunds.currency,
        refunds.reason,
        refunds.amount,
        refunds.refunded_at

    from refunds
    left join merged_parties on refunds.party_id = merged_parties.party_id

)

select * from final
