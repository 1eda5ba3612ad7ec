-- What every referrer brought, along the chains, and what was paid for it.
with

both_sides as (

    select
        'truth' as side,
        referrer_party_id, direct_referrals, converted_referrals, self_referrals, chain_depth,
        customers_in_chain, rewards, credited_margin
    from truth.referrer_accounts
    union all
    select
        'mart' as side,
        referrer_party_id, direct_referrals, converted_referrals, self_referrals, chain_depth,
        customers_in_chain, rewards, credited_margin
    from marts.advocacy_chains

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

),

totals as (

    unpivot (
        select
            side,
            cast(direct_referrals as decimal(38, 4)) as direct_referrals,
            cast(converted_referrals as decimal(38, 4)) as converted_referrals,
            cast(self_referrals as decimal(38, 4)) as self_referrals,
            cast(chain_depth as decimal(38, 4)) as chain_depth,
            cast(customers_in_chain as decimal(38, 4)) as customers_in_chain,
            cast(rewards as decimal(38, 4)) as rewards,
            cast(credited_margin as decimal(38, 4)) as credited_margin
        from both_sides
    )
    on
        direct_referrals, converted_referrals, self_referrals, chain_depth, customers_in_chain,
        rewards, credited_margin
    into name quantity value amount

)

select
    'advocates: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'advocates: rows that differ', 0, count(*), 0 from differing
union all
select
    'advocates: ' || replace(quantity, '_', ' '),
    sum(amount) filter (side = 'truth'),
    sum(amount) filter (side = 'mart'),
    0
from totals
group by quantity
