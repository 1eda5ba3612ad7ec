{{ config(materialized="view") }}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

referrals as (

    select * from {{ ref('stg_advocacy__referrals') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

orders as (

    select * from {{ ref('int_orders_resolved') }}

),

-- a referral may name who it won by the order alone
known_orders as (

    select
        orders.order_id,
        orders.party_id

    from orders
    cross join parameters
    where
        not coalesce(orders.is_test, false)
        and {{ local_date('orders.ordered_at') }} <= parameters.as_of_date

),

final as (

    select
        referrals.referral_id,
        coalesce(referrers.resolved_party_id, referrals.referrer_party_id) as referrer_party_id,
        coalesce(
            referred.resolved_party_id, referrals.referred_party_id, known_orders.party_id
        ) as referred_party_id,
        referrals.order_id,
        referrals.currency,
        referrals.reward_amount,
        referrals.referred_at,
        referrals.converted_at

    from referrals
    left join merged_parties as referrers on referrals.referrer_party_id = referrers.party_id
    left join merged_parties as referred on referrals.referred_party_id = referred.party_id
    left join known_orders on referrals.order_id = known_orders.order_id

)

select * from final
