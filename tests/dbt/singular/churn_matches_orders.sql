-- Inactivity churn counted from pairs of order days, without spells: at risk is who, on the day
-- before the month, has ordered in the last churn_window_days; churned is who of them then lets
-- the window pass within the month.
with

order_days as (

    select distinct
        party_id,
        ordered_on

    from {{ ref('int_orders_valued') }}
    where party_id is not null

),

gaps as (

    select
        order_days.party_id,
        order_days.ordered_on,
        {{ add_days('order_days.ordered_on', 'parameters.churn_window_days + 1') }} as lapses_on,
        lead(order_days.ordered_on) over (
            partition by order_days.party_id order by order_days.ordered_on
        ) as next_ordered_on

    from order_days
    cross join {{ ref('int_parameters_resolved') }} as parameters

),

expected as (

    select
        months.month,
        count(*) as customers_at_risk,
        sum(
            case
                when
                    gaps.lapses_on < months.next_month
                    and gaps.lapses_on <= parameters.as_of_date
                    and (gaps.next_ordered_on is null or gaps.next_ordered_on >= gaps.lapses_on)
                    then 1
                else 0
            end
        ) as churned_customers

    from {{ ref('int_months_listed') }} as months
    cross join {{ ref('int_parameters_resolved') }} as parameters
    inner join gaps
        on
            gaps.ordered_on < months.month
            and (gaps.next_ordered_on is null or gaps.next_ordered_on >= months.month)
            and gaps.lapses_on >= months.month
    group by months.month

),

actual as (

    select
        month,
        customers_at_risk,
        churned_customers

    from {{ ref('published_churn_by_month') }}
    where basis = 'inactivity' and segment = 'all'

)

select
    coalesce(expected.month, actual.month) as month,
    expected.customers_at_risk as at_risk_expected,
    actual.customers_at_risk as at_risk_published,
    expected.churned_customers as churned_expected,
    actual.churned_customers as churned_published

from expected
full outer join actual on expected.month = actual.month
where
    expected.customers_at_risk is distinct from actual.customers_at_risk
    or expected.churned_customers is distinct from actual.churned_customers
