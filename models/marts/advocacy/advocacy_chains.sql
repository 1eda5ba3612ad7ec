with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

referrers as (

    select * from {{ ref('int_referrers_counted') }}

),

referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

chains as (

    select * from {{ ref('int_referral_chains_resolved') }}

),

margins as (

    select * from {{ ref('int_referral_margins_attributed') }}

),

conversions as (

    select
        referrer_party_id,
        count(*) as converted_referrals,
        sum(reward_amount) as rewards

    from referrals
    group by referrer_party_id

),

depths as (

    select
        credited_party_id,
        max(step) as chain_depth,
        count(*) as customers_in_chain

    from chains
    group by credited_party_id

),

credits as (

    select
        credited_party_id,
        sum(referral_margin) as credited_margin

    from margins
    group by credited_party_id

),

final as (

    select
        referrers.referrer_party_id,
        coalesce(parties.party_type, 'unknown') as party_type,
        coalesce(parties.segment, 'unknown') as segment,
        referrers.direct_referrals,
        coalesce(conversions.converted_referrals, 0) as converted_referrals,
        {{ safe_divide(
            'coalesce(conversions.converted_referrals, 0)', 'referrers.direct_referrals'
        ) }} as conversion_rate,
        {{ wilson_low(
            'coalesce(conversions.converted_referrals, 0)',
            'referrers.direct_referrals',
            'parameters.confidence_z'
        ) }} as conversion_rate_low,
        {{ wilson_high(
            'coalesce(conversions.converted_referrals, 0)',
            'referrers.direct_referrals',
            'parameters.confidence_z'
        ) }} as conversion_rate_high,
        coalesce(depths.chain_depth, 0) as chain_depth,
        coalesce(depths.customers_in_chain, 0) as customers_in_chain,
        coalesce(credits.credited_margin, 0) as credited_margin,
        coalesce(conversions.rewards, 0) as rewards,
        referrers.self_referrals,
        parameters.as_of_date

    from referrers
    left join parties on referrers.referrer_party_id = parties.party_id
    left join conversions on referrers.referrer_party_id = conversions.referrer_party_id
    left join depths on referrers.referrer_party_id = depths.credited_party_id
    left join credits on referrers.referrer_party_id = credits.credited_party_id
    cross join parameters

)

select * from final
