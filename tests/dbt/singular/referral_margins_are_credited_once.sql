-- The weights of a referral sum to 1, its shares to the margin of the referred customer less the
-- reward, and both to what the referrers are credited with; to the last digit.
with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

weights as (

    select
        referral_id,
        sum(weight) as weight

    from {{ ref('int_referral_chains_resolved') }}
    group by referral_id

),

shares as (

    select
        referral_id,
        sum(referral_margin) as referral_margin

    from {{ ref('int_referral_margins_attributed') }}
    group by referral_id

),

margins as (

    select
        customer_months.party_id,
        sum(customer_months.margin_amount) as margin_amount

    from {{ ref('int_customer_months_filled') }} as customer_months
    cross join parameters
    where customer_months.months_since_first < parameters.uplift_horizon_months
    group by customer_months.party_id

),

expected as (

    select
        referrals.referral_id,
        margins.margin_amount - referrals.reward_amount as referral_margin

    from {{ ref('int_referrals_credited') }} as referrals
    left join margins on referrals.referred_party_id = margins.party_id

),

totals as (

    select
        (select sum(referral_margin) from expected) as expected_margin,
        (select sum(credited_margin) from {{ ref('advocacy_chains') }}) as credited_margin

)

select
    expected.referral_id,
    expected.referral_margin as expected_margin,
    shares.referral_margin as credited_margin,
    weights.weight

from expected
full outer join weights on expected.referral_id = weights.referral_id
full outer join shares on expected.referral_id = shares.referral_id
where
    expected.referral_margin is distinct from shares.referral_margin
    or weights.weight is distinct from 1
union all
select
    'all' as referral_id,
    expected_margin,
    credited_margin,
    cast(null as decimal(18, 8)) as weight

from totals
where coalesce(expected_margin, 0) != coalesce(credited_margin, 0)
