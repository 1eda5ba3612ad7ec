-- An amount whose currency has no rate on its day is in no total: name it rather than lose it.
with

without_a_rate as (

    select
        'orders' as source,
        order_id as id,
        currency,
        ordered_on as day
    from {{ ref('int_orders_valued') }}
    where rate_to_reporting is null
    union all
    select
        'refunds' as source,
        refund_id as id,
        currency,
        refunded_on as day
    from {{ ref('int_refunds_valued') }}
    where rate_to_reporting is null
    union all
    select
        'relationship_costs' as source,
        cost_id as id,
        currency,
        rated_on as day
    from {{ ref('int_costs_converted') }}
    where rate_to_reporting is null
    union all
    select
        'partner_ledger' as source,
        entry_id as id,
        currency,
        rated_on as day
    from {{ ref('int_partner_entries_converted') }}
    where rate_to_reporting is null
    union all
    select
        'referrals' as source,
        referral_id as id,
        currency,
        first_ordered_on as day
    from {{ ref('int_referrals_credited') }}
    where rate_to_reporting is null
    union all
    select
        'subscriptions' as source,
        party_id as id,
        currency,
        case when opening_amount is null then opening_rated_on else closing_rated_on end as day
    from {{ ref('int_recurring_amounts_converted') }}
    where opening_amount is null or closing_amount is null or last_amount is null

)

select
    currency,
    min(day) as first_day,
    max(day) as last_day,
    count(distinct day) as days,
    count(*) as amounts,
    min(concat(source, ' ', id)) as example

from without_a_rate
group by currency
