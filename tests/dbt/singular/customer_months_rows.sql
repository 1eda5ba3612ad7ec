-- A customer has one row for each month from the first order's to that of as_of_date, and the
-- orders of those rows are all of its orders.
with

expected as (

    select
        orders.party_id,
        {{ months_between('min(orders.ordered_on)', 'max(parameters.as_of_date)') }} + 1
            as months_expected,
        count(*) as orders_expected

    from {{ ref('int_orders_valued') }} as orders
    cross join {{ ref('int_parameters_resolved') }} as parameters
    where orders.party_id is not null
    group by orders.party_id

),

actual as (

    select
        party_id,
        count(*) as months_published,
        max(months_since_first) + 1 as months_numbered,
        sum(orders) as orders_published

    from {{ ref('published_customer_months') }}
    group by party_id

)

select
    coalesce(expected.party_id, actual.party_id) as party_id,
    expected.months_expected,
    actual.months_published,
    actual.months_numbered,
    expected.orders_expected,
    actual.orders_published

from expected
full outer join actual on expected.party_id = actual.party_id
where
    expected.months_expected is distinct from actual.months_published
    or expected.months_expected is distinct from actual.months_numbered
    or expected.orders_expected is distinct from actual.orders_published
