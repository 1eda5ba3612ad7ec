with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

candidates as (

    select * from {{ ref('int_uplift_candidates_listed') }}

),

margins as (

    select * from {{ ref('int_margins_dated') }}

),

events as (

    select * from {{ ref('int_engagement_events_matched') }}

),

touches as (

    select * from {{ ref('int_touches_dated') }}

),

sentiments as (

    select * from {{ ref('int_party_sentiments_shrunken') }}

),

lifetime_values as (

    select * from {{ ref('int_lifetime_values_computed') }}

),

bounded as (

    select
        candidates.*,
        {{ add_months('candidates.treated_month', '0 - 2 * parameters.uplift_horizon_months') }}
            as placebo_from,
        {{ add_months('candidates.treated_month', '0 - parameters.uplift_horizon_months') }}
            as before_from,
        {{ add_months('candidates.index_on', 'parameters.uplift_horizon_months') }} as after_until

    from candidates
    cross join parameters

),

bought as (

    select
        bounded.programme_id,
        bounded.treated_month,
        bounded.party_id,
        bounded.is_treated,
        bounded.index_on,
        bounded.first_ordered_on,
        bounded.bucket,
        bounded.before_from,
        bounded.placebo_from,
        max(
            case
                when margins.orders > 0 and margins.booked_on < bounded.treated_month
                    then margins.booked_on
            end
        ) as last_ordered_on,
        max(
            case
                when margins.orders > 0 and margins.booked_on < bounded.index_on
                    then margins.booked_on
            end
        ) as last_sign_on,
        cast(coalesce(sum(
            case
                when
                    margins.booked_on < bounded.treated_month
                    and margins.booked_on >= bounded.before_from
                    then margins.orders
            end
        ), 0) as bigint) as orders_before,
        cast(coalesce(sum(
            case when margins.booked_on >= bounded.index_on then margins.orders end
        ), 0) as bigint) as orders_after,
        cast(coalesce(sum(
            case when margins.booked_on >= bounded.index_on then margins.full_price_orders end
        ), 0) as bigint) as full_price_orders_after,
        cast(coalesce(sum(
            case when margins.booked_on < bounded.before_from then margins.margin_amount end
        ), 0) as decimal(18, 4)) as margin_long_before,
        cast(coalesce(sum(
            case
                when
                    margins.booked_on < bounded.treated_month
                    and margins.booked_on >= bounded.before_from
                    then margins.margin_amount
            end
        ), 0) as decimal(18, 4)) as margin_before,
        cast(coalesce(sum(
            case when margins.booked_on >= bounded.index_on then margins.margin_amount end
        ), 0) as decimal(18, 4)) as margin_after,
        cast(coalesce(sum(
            case when margins.booked_on >= bounded.touched_later_on then margins.margin_amount end
        ), 0) as decimal(18, 4)) as margin_touched

    from bounded
    left join margins
        on
            bounded.party_id = margins.party_id
            and margins.booked_on >= bounded.placebo_from
            and margins.booked_on < bounded.after_until
    group by
        bounded.programme_id,
        bounded.treated_month,
        bounded.party_id,
        bounded.is_treated,
        bounded.index_on,
        bounded.first_ordered_on,
        bounded.bucket,
        bounded.before_from,
        bounded.placebo_from

),

-- what customers did by themselves: engagement that no programme brought about
own_days as (

    select
        party_id,
        occurred_on,
        sum(sum(event_count)) over (partition by party_id order by occurred_on) as events,
        lead(occurred_on) over (partition by party_id order by occurred_on) as next_on

    from events
    where
        party_id is not null
        and programme_id = 'none'
    group by party_id, occurred_on

),

-- programmes whose touch is no longer ago than the look-back, at the start of each month
touched_months as (

    select
        touches.party_id,
        {{ add_months(trunc_date('month', 'touches.touched_on'), '1 + series.n') }} as month,
        count(distinct touches.programme_id) as programmes

    from touches
    cross join parameters
    inner join {{ series(60) }} as series on series.n < parameters.touch_lookback_months
    group by
        touches.party_id,
        {{ add_months(trunc_date('month', 'touches.touched_on'), '1 + series.n') }}

),

engaged as (

    select
        bought.*,
        own_days.occurred_on as last_own_event_on,
        coalesce(days_before.events, 0) as own_events_before,
        days_before.occurred_on as last_own_event_before_on,
        coalesce(touched_months.programmes, 0) as programmes_before,
        coalesce(sentiments.sentiment_shrunken, 0) as sentiment_before,
        lifetime_values.residual_clv

    from bought
    left join own_days
        on
            bought.party_id = own_days.party_id
            and bought.index_on > own_days.occurred_on
            and (own_days.next_on is null or bought.index_on <= own_days.next_on)
    left join own_days as days_before
        on
            bought.party_id = days_before.party_id
            and bought.treated_month > days_before.occurred_on
            and (days_before.next_on is null or bought.treated_month <= days_before.next_on)
    left join touched_months
        on
            bought.party_id = touched_months.party_id
            and bought.treated_month = touched_months.month
    left join sentiments
        on
            bought.party_id = sentiments.party_id
            and {{ add_months('bought.treated_month', '-1') }} = sentiments.month
    left join lifetime_values on bought.party_id = lifetime_values.party_id

),

final as (

    select
        programme_id,
        treated_month,
        party_id,
        is_treated,
        index_on,
        bucket,
        case
            when first_ordered_on <= placebo_from then 5
            when first_ordered_on <= before_from then 4
            when {{ days_between('first_ordered_on', 'treated_month') }} > 120 then 3
            when {{ days_between('first_ordered_on', 'treated_month') }} > 60 then 2
            else 1
        end as tenure_class,
        {{ days_between('first_ordered_on', 'treated_month') }} as tenure_days,
        {{ days_between('coalesce(last_ordered_on, placebo_from)', 'treated_month') }}
            as days_since_order,
        {{ days_between(
            'greatest(coalesce(last_sign_on, placebo_from), coalesce(last_own_event_on, placebo_from))',
            'index_on'
        ) }} as days_since_sign,
        -- events a month while the customer was there
        cast(own_events_before as double) / (
            15 + greatest(0, coalesce(
                {{ days_between('first_ordered_on', 'last_own_event_before_on') }}, 0
            ))
        ) * 30.4375 as engagement_rate,
        sentiment_before,
        programmes_before,
        orders_before,
        orders_after,
        full_price_orders_after,
        cast(residual_clv as decimal(18, 4)) as residual_clv,
        margin_long_before,
        margin_before,
        margin_after,
        margin_touched

    from engaged

)

select * from final
