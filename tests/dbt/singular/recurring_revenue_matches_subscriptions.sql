-- Closing recurring revenue counted from the subscriptions alone: of each subscription the last
-- change before the month's end, if that is active or past due and not ended, at the day's rate.
with

boundaries as (

    select
        months.month,
        months.next_month,
        least({{ add_days('months.next_month', -1) }}, parameters.as_of_date) as rated_on,
        parameters.as_of_date,
        parameters.reporting_time_zone

    from {{ ref('int_months_listed') }} as months
    cross join {{ ref('int_parameters_resolved') }} as parameters

),

ranked as (

    select
        boundaries.month,
        boundaries.next_month,
        boundaries.rated_on,
        boundaries.as_of_date,
        subscriptions.party_id,
        subscriptions.status,
        subscriptions.monthly_amount,
        subscriptions.currency,
        {{ local_time('subscriptions.ended_at', 'boundaries.reporting_time_zone') }}
            as ended_at,
        row_number() over (
            partition by boundaries.month, subscriptions.subscription_id
            order by subscriptions.valid_from desc
        ) as place_from_last

    from boundaries
    inner join {{ ref('int_subscriptions_resolved') }} as subscriptions
        on
            {{ local_date('subscriptions.valid_from', 'boundaries.reporting_time_zone') }}
            <= boundaries.rated_on

),

carried as (

    select
        ranked.month,
        ranked.rated_on,
        ranked.party_id,
        ranked.currency,
        sum(ranked.monthly_amount) as amount

    from ranked
    where
        ranked.place_from_last = 1
        and ranked.status in ('active', 'past_due')
        and (
            ranked.ended_at is null
            or ranked.ended_at >= cast(ranked.next_month as timestamp)
            or cast(ranked.ended_at as date) > ranked.as_of_date
        )
    group by ranked.month, ranked.rated_on, ranked.party_id, ranked.currency

),

expected as (

    select
        carried.month,
        sum(
            cast(
                {{ multiply_exactly('carried.amount', 'exchange_rates.rate_to_reporting') }}
                as decimal(18, 4)
            )
        ) as closing_mrr

    from carried
    inner join {{ ref('int_parties_known') }} as parties on carried.party_id = parties.party_id
    inner join {{ ref('int_exchange_rates_ranged') }} as exchange_rates
        on
            carried.currency = exchange_rates.currency
            and carried.rated_on >= exchange_rates.valid_from
            and carried.rated_on < exchange_rates.valid_until
    group by carried.month

),

actual as (

    select
        month,
        closing_mrr

    from {{ ref('published_recurring_revenue_retention') }}
    where segment = 'all'

)

select
    coalesce(expected.month, actual.month) as month,
    expected.closing_mrr as expected_mrr,
    actual.closing_mrr as published_mrr

from expected
full outer join actual on expected.month = actual.month
where coalesce(expected.closing_mrr, 0) != coalesce(actual.closing_mrr, 0)
