select
    cast(partner_party_id as string) as partner_party_id,
    cast(quarter as date) as quarter,
    cast(party_type as string) as party_type,
    cast(segment as string) as segment,
    cast(partners as bigint) as partners,
    cast(brand_gain as decimal(38, 4)) as brand_gain,
    cast(brand_investment as decimal(38, 4)) as brand_investment,
    cast(partner_gain as decimal(38, 4)) as partner_gain,
    cast(partner_investment as decimal(38, 4)) as partner_investment,
    cast(brand_return as double) as brand_return,
    cast(partner_return as double) as partner_return,
    cast(reciprocal_return as double) as reciprocal_return,
    cast(is_mutual as boolean) as is_mutual,
    cast(sourced_customers as bigint) as sourced_customers,
    cast(sourced_margin as decimal(38, 4)) as sourced_margin,
    cast(nps_responses as bigint) as nps_responses,
    cast(nps as double) as nps,
    cast(is_nps_suppressed as boolean) as is_nps_suppressed,
    cast(is_quarter_complete as boolean) as is_quarter_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('partner_scorecards') }}
