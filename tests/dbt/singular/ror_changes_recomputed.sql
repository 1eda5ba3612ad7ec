-- From orders and refunds, without the sums of the strata: margin of the horizon from the day of
-- the touch on, less that of the horizon before its month, of the treated of tier C who had ordered
-- a horizon before: by then no referral counts their margin.
with

first_orders as (

    select
        party_id,
        min(ordered_on) as first_ordered_on

    from {{ ref('int_orders_valued') }}
    group by party_id

),

treated as (

    select
        windows.window_month,
        treatments.party_id,
        treatments.programme_id,
        treatments.treated_on,
        treatments.treated_month,
        {{ add_months('treatments.treated_month', '0 - parameters.uplift_horizon_months') }}
            as starts_on,
        {{ add_months('treatments.treated_on', 'parameters.uplift_horizon_months') }}
            as ends_before

    from {{ ref('int_treatments_started') }} as treatments
    cross join {{ ref('int_parameters_resolved') }} as parameters
    inner join {{ ref('int_programme_windows_set') }} as windows
        on
            treatments.programme_id = windows.programme_id
            and treatments.treated_month between windows.window_start and windows.window_end
    inner join first_orders
        on
            treatments.party_id = first_orders.party_id
            and first_orders.first_ordered_on <= {{ add_months(
                'treatments.treated_month', '0 - parameters.uplift_horizon_months'
            ) }}

),

margins as (

    select
        party_id,
        ordered_on as day,
        margin_amount

    from {{ ref('int_orders_valued') }}
    union all
    select
        coalesce(orders.party_id, refunds.party_id) as party_id,
        coalesce(orders.ordered_on, refunds.refunded_on) as day,
        -refunds.margin_lost as margin_amount

    from {{ ref('int_refunds_valued') }} as refunds
    left join {{ ref('int_orders_valued') }} as orders on refunds.order_id = orders.order_id

),

changed as (

    select
        treated.window_month,
        treated.programme_id,
        sum(
            case
                when margins.day >= treated.treated_on then margins.margin_amount
                when margins.day < treated.treated_month then -margins.margin_amount
                else 0
            end
        ) as margin_change

    from treated
    inner join margins
        on
            treated.party_id = margins.party_id
            and margins.day >= treated.starts_on
            and margins.day < treated.ends_before
    group by treated.window_month, treated.programme_id

)

select
    published.window_month,
    published.programme_id,
    published.retained_margin,
    changed.margin_change as retained_margin_expected

from {{ ref('published_ror_by_programme') }} as published
left join changed
    on
        published.window_month = changed.window_month
        and published.programme_id = changed.programme_id
where
    published.evidence_tier = 'C'
    and published.party_type = 'all'
    and published.segment = 'all'
    and abs(published.retained_margin - coalesce(changed.margin_change, 0)) > 0.0001
