-- Each table of the audit sums to customer_months, period by period, to the last digit.
with

published_months as (

    select
        month,
        {{ trunc_date('quarter', 'month') }} as quarter_start,
        {{ trunc_date('year', 'month') }} as year_start,
        sum(orders) as orders,
        sum(net_amount) as net_amount

    from {{ ref('published_customer_months') }}
    group by month

),

marked as (

    select
        *,
        quarter_start > min(quarter_start) over () as is_quarter_after,
        quarter_start < max(quarter_start) over () as is_quarter_before,
        year_start > min(year_start) over () as is_year_after,
        year_start < max(year_start) over () as is_year_before

    from published_months

),

expected as (

    select
        'cohort_evolution' as mart,
        month as period_start,
        orders,
        net_amount
    from marked
    union all
    select
        'revenue_by_cohort' as mart,
        month as period_start,
        orders,
        net_amount
    from marked
    union all
    select
        'spend_deciles' as mart,
        year_start as period_start,
        sum(orders) as orders,
        sum(net_amount) as net_amount
    from marked
    group by year_start
    union all
    select
        'period_bridge quarter after' as mart,
        quarter_start as period_start,
        sum(orders) as orders,
        sum(net_amount) as net_amount
    from marked
    where is_quarter_after
    group by quarter_start
    union all
    select
        'period_bridge quarter before' as mart,
        quarter_start as period_start,
        sum(orders) as orders,
        sum(net_amount) as net_amount
    from marked
    where is_quarter_before
    group by quarter_start
    union all
    select
        'period_bridge year after' as mart,
        year_start as period_start,
        sum(orders) as orders,
        sum(net_amount) as net_amount
    from marked
    where is_year_after
    group by year_start
    union all
    select
        'period_bridge year before' as mart,
        year_start as period_start,
        sum(orders) as orders,
        sum(net_amount) as net_amount
    from marked
    where is_year_before
    group by year_start

),

actual as (

    select
        'cohort_evolution' as mart,
        month as period_start,
        sum(orders) as orders,
        sum(net_amount) as net_amount
    from {{ ref('published_cohort_evolution') }}
    group by month
    union all
    select
        'revenue_by_cohort' as mart,
        month as period_start,
        sum(orders) as orders,
        sum(net_amount) as net_amount
    from {{ ref('published_revenue_by_cohort') }}
    group by month
    union all
    select
        'spend_deciles' as mart,
        {{ add_months("cast('2000-01-01' as date)", '12 * (year - 2000)') }} as period_start,
        sum(orders) as orders,
        sum(net_amount) as net_amount
    from {{ ref('published_spend_deciles') }}
    group by year
    union all
    select
        concat('period_bridge ', period_type, ' after') as mart,
        period_start,
        sum(orders_after) as orders,
        sum(net_amount_after) as net_amount
    from {{ ref('published_period_bridge') }}
    group by period_type, period_start
    union all
    select
        concat('period_bridge ', period_type, ' before') as mart,
        previous_period_start as period_start,
        sum(orders_before) as orders,
        sum(net_amount_before) as net_amount
    from {{ ref('published_period_bridge') }}
    group by period_type, previous_period_start

)

-- a period without an order or refund may have no row, and is 0
select
    coalesce(expected.mart, actual.mart) as mart,
    coalesce(expected.period_start, actual.period_start) as period_start,
    expected.orders as orders_expected,
    actual.orders as orders_published,
    expected.net_amount as net_amount_expected,
    actual.net_amount as net_amount_published

from expected
full outer join actual
    on expected.mart = actual.mart and expected.period_start = actual.period_start
where
    coalesce(expected.orders, 0) != coalesce(actual.orders, 0)
    or coalesce(expected.net_amount, 0) != coalesce(actual.net_amount, 0)
