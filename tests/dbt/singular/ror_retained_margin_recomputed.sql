-- From orders and refunds by day, without customer_months: margin of the horizon from the month
-- of the touch on, less the margin of as many months before, of the treated who had ordered by
-- then and whom no referral won.
with

first_orders as (

    select
        party_id,
        min(order_month) as first_month

    from {{ ref('int_orders_valued') }}
    where party_id is not null
    group by party_id

),

treated as (

    select
        treatments.party_id,
        treatments.programme_id,
        treatments.treated_month,
        {{ add_months('treatments.treated_month', '0 - parameters.uplift_horizon_months') }}
            as starts_on,
        {{ add_months('treatments.treated_month', 'parameters.uplift_horizon_months') }}
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
            and {{ months_between('first_orders.first_month', 'treatments.treated_month') }}
            >= parameters.uplift_horizon_months
    left join {{ ref('int_referrals_credited') }} as referrals
        on treatments.party_id = referrals.referred_party_id
    where referrals.referral_id is null

),

margins as (

    select
        party_id,
        ordered_on as day,
        margin_amount

    from {{ ref('int_orders_valued') }}
    union all
    select
        party_id,
        refunded_on as day,
        -margin_lost as margin_amount

    from {{ ref('int_refunds_valued') }}

),

changed as (

    select
        treated.programme_id,
        sum(
            case
                when margins.day < treated.treated_month then -margins.margin_amount
                else margins.margin_amount
            end
        ) as margin_change

    from treated
    inner join margins
        on
            treated.party_id = margins.party_id
            and margins.day >= treated.starts_on
            and margins.day < treated.ends_before
    group by treated.programme_id

),

counted as (

    select
        programme_id,
        count(*) as n_treated

    from treated
    group by programme_id

)

select
    published.programme_id,
    published.n_treated,
    counted.n_treated as n_treated_expected,
    published.retained_margin,
    changed.margin_change as retained_margin_expected

from {{ ref('published_ror_by_programme') }} as published
left join counted on published.programme_id = counted.programme_id
left join changed on published.programme_id = changed.programme_id
where
    published.n_treated != coalesce(counted.n_treated, 0)
    or (
        published.evidence_tier = 'C'
        and abs(published.retained_margin - coalesce(changed.margin_change, 0)) > 0.0001
    )
    or (published.evidence_tier = 'none' and published.retained_margin is not null)
