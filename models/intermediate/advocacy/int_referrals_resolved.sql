{{ config(materialized="view") }}

with

referrals as (

    select * from {{ ref('stg_advocacy__referrals') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

final as (

    select
        referrals.referral_id,
        coalesce(referrers.resolved_party_id, referrals.referrer_party_id) as referrer_party_id,
        coalesce(referred.resolved_party_id, referrals.referred_party_id) as referred_party_id,
        referrals.order_id,
        referrals.currency,
        referrals.reward_amount,
        referrals.referred_at,
        referrals.converted_at

    from referrals
    left join merged_parties as referrers on referrals.referrer_party_id = referrers.party_id
    left join merged_parties as referred on referrals.referred_party_id = referred.party_id

)

select * from final
