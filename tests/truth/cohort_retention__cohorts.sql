-- Size, activity and money of every cohort, period and segment.
with

both_sides as (

    select
        'truth' as side,
        cohort_month, period_number, segment, cohort_size, active_customers, net_amount,
        margin_amount, refunded_amount, refunded_amount_of_orders
    from truth.cohorts
    union all
    select
        'mart' as side,
        cohort_month, period_number, segment, cohort_size, active_customers, net_amount,
        margin_amount, refunded_amount, refunded_amount_of_orders
    from marts.cohort_retention

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

),

totals as (

    select * from both_sides
    where segment = 'all'

)

select
    'cohorts: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'cohorts: rows that differ', 0, count(*), 0 from differing
union all
select
    'customers of all cohorts',
    sum(cohort_size) filter (side = 'truth' and period_number = 0),
    sum(cohort_size) filter (side = 'mart' and period_number = 0),
    0
from totals
union all
select
    'active customers of all periods',
    sum(active_customers) filter (side = 'truth'),
    sum(active_customers) filter (side = 'mart'),
    0
from totals
