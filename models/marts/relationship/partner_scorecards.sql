with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

delivered_parties as (

    select * from {{ ref('int_parties_folded') }}

),

entries as (

    select * from {{ ref('int_partner_entries_converted') }}

),

referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

customer_months as (

    select * from {{ ref('int_customer_months_filled') }}

),

responses as (

    select * from {{ ref('int_nps_responses_scored') }}

),

-- whoever is in the ledger is a partner, whatever type a merge or a mistake has left it
parties_listed as (

    select party_id
    from parties
    where party_type = 'partner'
    union distinct
    select entries.partner_party_id as party_id
    from entries
    left join delivered_parties on entries.partner_party_id = delivered_parties.party_id
    where not coalesce(delivered_parties.is_test, false)

),

partners as (

    select
        parties_listed.party_id,
        coalesce(parties.party_type, 'unknown') as party_type,
        coalesce(parties.segment, 'unknown') as segment

    from parties_listed
    left join parties on parties_listed.party_id = parties.party_id

),

ledger as (

    select
        entries.partner_party_id as party_id,
        entries.quarter,
        sum(
            case when entries.side = 'brand' and entries.kind = 'gain' then entries.amount end
        ) as brand_gain,
        sum(
            case when entries.side = 'brand' and entries.kind = 'investment' then entries.amount end
        ) as brand_investment,
        sum(
            case when entries.side = 'partner' and entries.kind = 'gain' then entries.amount end
        ) as partner_gain,
        sum(
            case
                when entries.side = 'partner' and entries.kind = 'investment' then entries.amount
            end
        ) as partner_investment

    from entries
    group by entries.partner_party_id, entries.quarter

),

-- margin of the customers whom the partner sent, in whatever quarter they buy
sourced as (

    select
        referrals.referrer_party_id as party_id,
        {{ trunc_date('quarter', 'customer_months.month') }} as quarter,
        count(distinct case when customer_months.orders > 0 then customer_months.party_id end)
            as sourced_customers,
        sum(customer_months.margin_amount) as sourced_margin

    from referrals
    inner join partners on referrals.referrer_party_id = partners.party_id
    inner join customer_months on referrals.referred_party_id = customer_months.party_id
    group by referrals.referrer_party_id, {{ trunc_date('quarter', 'customer_months.month') }}

),

answered as (

    select
        responses.party_id,
        {{ trunc_date('quarter', 'responses.responded_on') }} as quarter,
        count(*) as nps_responses,
        sum(
            case responses.category when 'promoter' then 100 when 'detractor' then -100 else 0 end
        ) as nps_points

    from responses
    inner join partners on responses.party_id = partners.party_id
    group by responses.party_id, {{ trunc_date('quarter', 'responses.responded_on') }}

),

quarters as (

    select
        party_id,
        quarter

    from ledger
    union distinct
    select
        party_id,
        quarter

    from sourced
    union distinct
    select
        party_id,
        quarter

    from answered

),

joined as (

    select
        quarters.party_id,
        quarters.quarter,
        partners.party_type,
        partners.segment,
        coalesce(ledger.brand_gain, 0) as brand_gain,
        coalesce(ledger.brand_investment, 0) as brand_investment,
        coalesce(ledger.partner_gain, 0) as partner_gain,
        coalesce(ledger.partner_investment, 0) as partner_investment,
        coalesce(sourced.sourced_customers, 0) as sourced_customers,
        coalesce(sourced.sourced_margin, 0) as sourced_margin,
        coalesce(answered.nps_responses, 0) as nps_responses,
        answered.nps_points

    from quarters
    inner join partners on quarters.party_id = partners.party_id
    left join ledger
        on quarters.party_id = ledger.party_id and quarters.quarter = ledger.quarter
    left join sourced
        on quarters.party_id = sourced.party_id and quarters.quarter = sourced.quarter
    left join answered
        on quarters.party_id = answered.party_id and quarters.quarter = answered.quarter

),

-- a row per partner, and one of all partners together
grouped as (

    select
        case when grouping(party_id) = 1 then 'all' else party_id end as partner_party_id,
        quarter,
        case when grouping(party_id) = 1 then 'all' else max(party_type) end as party_type,
        case when grouping(party_id) = 1 then 'all' else max(segment) end as segment,
        count(*) as partners,
        sum(brand_gain) as brand_gain,
        sum(brand_investment) as brand_investment,
        sum(partner_gain) as partner_gain,
        sum(partner_investment) as partner_investment,
        sum(sourced_customers) as sourced_customers,
        sum(sourced_margin) as sourced_margin,
        sum(nps_responses) as nps_responses,
        sum(nps_points) as nps_points

    from joined
    group by grouping sets ((quarter), (party_id, quarter))

),

final as (

    select
        grouped.partner_party_id,
        grouped.quarter,
        grouped.party_type,
        grouped.segment,
        grouped.partners,
        grouped.brand_gain,
        grouped.brand_investment,
        grouped.partner_gain,
        grouped.partner_investment,
        {{ safe_divide(
            'grouped.brand_gain - grouped.brand_investment', 'grouped.brand_investment'
        ) }} as brand_return,
        {{ safe_divide(
            'grouped.partner_gain - grouped.partner_investment', 'grouped.partner_investment'
        ) }} as partner_return,
        {{ safe_divide(
            'grouped.brand_gain + grouped.partner_gain'
            ~ ' - grouped.brand_investment - grouped.partner_investment',
            'grouped.brand_investment + grouped.partner_investment'
        ) }} as reciprocal_return,
        grouped.brand_gain > grouped.brand_investment
        and grouped.partner_gain > grouped.partner_investment as is_mutual,
        grouped.sourced_customers,
        grouped.sourced_margin,
        grouped.nps_responses,
        case
            when grouped.nps_responses >= parameters.min_segment_size
                then {{ safe_divide('grouped.nps_points', 'grouped.nps_responses') }}
        end as nps,
        grouped.nps_responses < parameters.min_segment_size as is_nps_suppressed,
        {{ add_months('grouped.quarter', 3) }}
        <= {{ add_days('parameters.as_of_date', 1) }} as is_quarter_complete,
        parameters.as_of_date

    from grouped
    cross join parameters

)

select * from final
