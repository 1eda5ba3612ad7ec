with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

referral_margins as (

    select * from {{ ref('int_referral_margins_attributed') }}

),

final as (

    select
        referrals.referred_party_id as party_id,
        min(referrals.first_ordered_on) as credited_from,
        max({{ add_months(
            'referral_margins.first_order_month', 'parameters.uplift_horizon_months'
        ) }}) as credited_until

    from referral_margins
    inner join referrals on referral_margins.referral_id = referrals.referral_id
    cross join parameters
    where referral_margins.programme_id is not null
    group by referrals.referred_party_id

)

select * from final
