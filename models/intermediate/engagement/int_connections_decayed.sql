with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

events as (

    select * from {{ ref('int_engagement_events_matched') }}

),

referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}
    where party_type != 'employee'

),

party_months as (

    select * from {{ ref('int_party_months_listed') }}

),

links as (

    select
        party_id,
        target_party_id as other_party_id,
        occurred_on as linked_on,
        event_count as strength

    from events
    where
        party_id != target_party_id
        and event_type != 'unfollow'
    union all
    select
        referrer_party_id as party_id,
        referred_party_id as other_party_id,
        first_ordered_on as linked_on,
        1 as strength

    from referrals

),

between_parties as (

    select links.*

    from links
    inner join parties on links.party_id = parties.party_id
    inner join parties as others on links.other_party_id = others.party_id

),

-- a link counts for both ends
ends as (

    select
        party_id,
        {{ trunc_date('month', 'linked_on') }} as month,
        strength

    from between_parties
    union all
    select
        other_party_id as party_id,
        {{ trunc_date('month', 'linked_on') }} as month,
        strength

    from between_parties

),

by_month as (

    select
        party_id,
        month,
        sum(strength) as strength

    from ends
    group by party_id, month

),

final as (

    select
        party_months.party_id,
        party_months.month,
        {{ sum_exactly(
            'by_month.strength * power(0.5, '
            ~ months_between('by_month.month', 'party_months.month')
            ~ ' / parameters.score_half_life_months)'
        ) }} as reach

    from party_months
    inner join by_month
        on
            party_months.party_id = by_month.party_id
            and party_months.month >= by_month.month
    cross join parameters
    group by party_months.party_id, party_months.month

)

select * from final
