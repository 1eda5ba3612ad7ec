-- The margin that each programme added within the horizon after its first touches of the last
-- window, to customers who came before that month and whose margin no programme's referral has then,
-- against the retained margin: the published interval must hold it. A change (tier C) is of those
-- who came a horizon before. So must 'all', of the programmes of tier A and B. A row without tier
-- says nothing of it. The difference to the customers who were not touched, which is what a naive comparison says, is
-- in brackets. Who was touched first is exact. Of them are compared those with an order that counts
-- (the truth's first order may be cancelled), and with comparable customers.
with

mart as (

    select * from marts.ror_by_programme
    where
        is_latest
        and party_type = 'all'
        and segment = 'all'

),

windows as (

    select min(window_start) as first_on, max(window_end) as last_on from mart

),

referred as (

    select
        referred_party_id as party_id,
        max(first_order_month) + interval 6 month as credited_until
    from truth.referral_credits
    where programme_id is not null
    group by referred_party_id

),

touched as (

    select
        effects.programme_id,
        programmes.selection = 'randomised' as is_randomised,
        effects.margin_with - effects.margin_without as effect,
        effects.touched_at >= windows.first_on
        and effects.touched_at < windows.last_on + interval 1 day as is_touched,
        customers.first_ordered_at < date_trunc('month', effects.touched_at)
        and coalesce(date_trunc('month', effects.touched_at) >= referred.credited_until, true)
            as is_customer,
        effects.arm = 'treatment'
        and not coalesce(
            cast(customers.first_ordered_at as date) < cast(effects.begins_at as date)
            and effects.begins_at < referred.credited_until,
            false
        ) as is_drawn,
        cast(customers.first_ordered_at as date)
        <= date_trunc('month', effects.touched_at) - interval 6 month as is_known
    from truth.programme_effects as effects
    cross join windows
    inner join truth.programmes as programmes using (programme_id)
    inner join truth.customers as customers using (party_id)
    left join referred using (party_id)
    where not customers.is_test

),

actual as (

    select
        mart.programme_id,
        count(*) filter (is_touched) as touched,
        count(*) filter (
            case
                when mart.evidence_tier = 'A' then touched.is_drawn
                else is_touched and is_customer and (is_known or mart.evidence_tier = 'B')
            end
        ) as counted,
        sum(touched.effect) filter (
            case
                when mart.evidence_tier = 'A' then touched.is_drawn
                else is_touched and is_customer and (is_known or mart.evidence_tier = 'B')
            end
        ) as effect
    from mart
    inner join touched using (programme_id)
    group by mart.programme_id

),

together as (

    select * from actual
    union all
    select 'all' as programme_id, null as touched, null as counted, sum(actual.effect) as effect
    from actual
    inner join mart using (programme_id)
    where mart.evidence_tier in ('A', 'B')

),

customers as (

    select programme_id, treated_parties from marts.ror_by_programme
    where
        is_latest
        and party_type = 'customer'
        and segment = 'all'

)

select
    'customers touched first, ' || actual.programme_id as quantity,
    cast(actual.touched as double) as truth,
    coalesce(customers.treated_parties, 0) as estimate,
    0 as tolerance
from actual
left join customers using (programme_id)
union all
select
    'customers counted, ' || mart.programme_id || ' (' || mart.evidence_tier || ')',
    actual.counted,
    mart.n_treated / (1 - case when mart.evidence_tier = 'B' then mart.trimmed_share else 0 end),
    greatest(3, 0.02 * actual.counted)
from actual
inner join mart using (programme_id)
where mart.evidence_tier != 'none'
union all
select
    'retained margin, ' || mart.programme_id || ' (' || mart.evidence_tier
    || ', naive ' || coalesce(cast(round(mart.naive_margin) as bigint), 0) || ')',
    cast(coalesce(together.effect, 0) as double),
    mart.retained_margin,
    case
        when together.effect < mart.retained_margin
            then mart.retained_margin - mart.retained_margin_low
        else mart.retained_margin_high - mart.retained_margin
    end
from mart
left join together using (programme_id)
where mart.evidence_tier != 'none'
order by quantity
