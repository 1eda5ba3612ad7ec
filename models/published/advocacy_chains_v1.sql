select
    cast(referrer_party_id as string) as referrer_party_id,
    cast(party_type as string) as party_type,
    cast(segment as string) as segment,
    cast(direct_referrals as bigint) as direct_referrals,
    cast(converted_referrals as bigint) as converted_referrals,
    cast(conversion_rate as double) as conversion_rate,
    cast(conversion_rate_low as double) as conversion_rate_low,
    cast(conversion_rate_high as double) as conversion_rate_high,
    cast(chain_depth as bigint) as chain_depth,
    cast(customers_in_chain as bigint) as customers_in_chain,
    cast(credited_margin as decimal(38, 4)) as credited_margin,
    cast(rewards as decimal(38, 4)) as rewards,
    cast(self_referrals as bigint) as self_referrals,
    cast(as_of_date as date) as as_of_date

from {{ ref('advocacy_chains') }}
