with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

referrals as (

    select * from {{ ref('int_referrals_resolved') }}

),

parties as (

    select * from {{ ref('stg_parties__parties') }}

),

counted as (

    select
        referrals.referrer_party_id,
        coalesce(referrals.referrer_party_id = referrals.referred_party_id, false)
            as is_self_referral

    from referrals
    left join parties as referrers on referrals.referrer_party_id = referrers.party_id
    left join parties as referred on referrals.referred_party_id = referred.party_id
    cross join parameters
    where
        not coalesce(referrers.is_test, false)
        and not coalesce(referred.is_test, false)
        and {{ local_date('referrals.referred_at') }} <= parameters.as_of_date

),

final as (

    select
        referrer_party_id,
        sum(case when is_self_referral then 0 else 1 end) as direct_referrals,
        sum(case when is_self_referral then 1 else 0 end) as self_referrals

    from counted
    group by referrer_party_id

)

select * from final
