-- Every customer is in one cohort, and a cohort keeps its size in every period.
with

customers as (

    select count(distinct party_id) as customers from {{ ref('int_orders_valued') }}

),

cohorts as (

    select
        cohort_start,
        min(cohort_size) as smallest,
        max(cohort_size) as largest

    from {{ ref('published_cohort_retention') }}
    where segment = 'all'
    group by cohort_start

),

total as (

    select coalesce(sum(largest), 0) as customers from cohorts

)

select
    'all cohorts' as what,
    cast(null as date) as cohort_start,
    total.customers as actual,
    customers.customers as expected

from total
cross join customers
where total.customers != customers.customers
union all
select
    'size changes' as what,
    cohort_start,
    smallest as actual,
    largest as expected

from cohorts
where smallest != largest
