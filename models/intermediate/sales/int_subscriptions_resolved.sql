{{ config(materialized="view") }}

with

subscriptions as (

    select * from {{ ref('stg_sales__subscriptions') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

final as (

    select
        subscriptions.subscription_id,
        coalesce(merged_parties.resolved_party_id, subscriptions.party_id) as party_id,
        subscriptions.plan_id,
        subscriptions.status,
        subscriptions.currency,
        subscriptions.quantity,
        subscriptions.monthly_amount,
        subscriptions.valid_from,
        subscriptions.started_at,
        subscriptions.ended_at,
        subscriptions.cancel_requested_at

    from subscriptions
    left join merged_parties on subscriptions.party_id = merged_parties.party_id

)

select * from final
