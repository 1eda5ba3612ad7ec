-- By the month, cohort_retention is a sum over customer_months, of which it is not made.
with

expected as (

    select
        cohort_month,
        months_since_first as period_number,
        count(*) as cohort_size,
        sum(case when is_active then 1 else 0 end) as active_customers,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount,
        sum(refunded_amount) as refunded_amount,
        sum(refunded_amount_of_orders) as refunded_amount_of_orders

    from {{ ref('published_customer_months') }}
    group by cohort_month, months_since_first

),

actual as (

    select * from {{ ref('published_cohort_retention') }}
    where segment = 'all'

)

select
    coalesce(expected.cohort_month, actual.cohort_month) as cohort_month,
    coalesce(expected.period_number, actual.period_number) as period_number,
    expected.net_amount as net_amount_expected,
    actual.net_amount as net_amount_published

from expected
full outer join actual
    on
        expected.cohort_month = actual.cohort_month
        and expected.period_number = actual.period_number
cross join {{ ref('int_parameters_resolved') }} as parameters
where
    parameters.cohort_grain = 'month'
    and (
        expected.cohort_size is distinct from actual.cohort_size
        or expected.active_customers is distinct from actual.active_customers
        or expected.net_amount is distinct from actual.net_amount
        or expected.margin_amount is distinct from actual.margin_amount
        or expected.refunded_amount is distinct from actual.refunded_amount
        or expected.refunded_amount_of_orders is distinct from actual.refunded_amount_of_orders
    )
