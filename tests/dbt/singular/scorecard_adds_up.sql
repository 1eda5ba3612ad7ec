-- Ratios are their quotients; all customers won, and all referrals that won one, are counted; the
-- change is that of two rows; the page has one row per metric.
with

scorecard as (

    select * from {{ ref('published_relationship_scorecard') }}

),

quotients as (

    select
        metric,
        month,
        {{ safe_divide('numerator', 'denominator') }} as quotient,
        value

    from scorecard
    where metric not in ('nps', 'share_within_sla')

),

won as (

    select
        sum(case when metric = 'referred_share' then numerator end) as converted,
        sum(case when metric = 'clv_to_cac' then n end) as won,
        max(case when metric = 'clv_to_cac' then window_start end) as won_since

    from scorecard

),

referrers as (

    select sum(converted_referrals) as converted from {{ ref('published_advocacy_chains') }}

),

customers as (

    select
        sum(acquisitions.new_customers) as won,
        sum(acquisitions.acquisition_cost) as cost,
        sum(acquisitions.clv_amount) as clv

    from {{ ref('published_acquisition_costs') }} as acquisitions
    inner join won on acquisitions.cohort_month >= won.won_since

),

failures as (

    select
        'quotient' as failure,
        metric,
        month

    from quotients
    where quotient is not null and value is not null and abs(quotient - value) > 1e-9
    union all
    select
        'change' as failure,
        scorecard.metric,
        scorecard.month

    from scorecard
    left join scorecard as previous
        on scorecard.metric = previous.metric and scorecard.previous_month = previous.month
    where
        scorecard.is_month_complete
        and (
            scorecard.change is distinct from scorecard.value - previous.value
            or scorecard.previous_value is distinct from previous.value
        )
    union all
    select
        'bounds' as failure,
        metric,
        month

    from scorecard
    where not (change_low <= change and change <= change_high)
    union all
    select
        'rows of the page' as failure,
        metric,
        max(month) as month

    from scorecard
    group by metric
    having sum(case when is_latest then 1 else 0 end) != 1
    union all
    select
        'converted referrals' as failure,
        'referred_share' as metric,
        null as month

    from won
    cross join referrers
    where coalesce(won.converted, 0) != coalesce(referrers.converted, 0)
    union all
    select
        'customers won' as failure,
        scorecard.metric,
        scorecard.month

    from scorecard
    cross join customers
    where
        scorecard.metric = 'clv_to_cac'
        and (
            scorecard.n != customers.won
            or scorecard.denominator != customers.cost
            or scorecard.numerator != customers.clv
        )

)

select * from failures
