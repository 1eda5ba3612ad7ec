-- Cost, customers and cost per customer of every channel and month; cac is a ratio of doubles.
with

both_sides as (

    select
        'truth' as side,
        cohort_month, acquisition_channel, booked_cost, reward_cost, acquisition_cost, new_customers
    from truth.acquisition_costs
    union all
    select
        'mart' as side,
        cohort_month, acquisition_channel, booked_cost, reward_cost, acquisition_cost, new_customers
    from marts.acquisition_costs

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

)

select
    'acquisition costs: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'acquisition costs: rows that differ', 0, count(*), 0 from differing
union all
select
    'acquisition cost',
    sum(acquisition_cost) filter (side = 'truth'),
    sum(acquisition_cost) filter (side = 'mart'),
    0
from both_sides
union all
select
    'largest relative error of cac', cast(0 as double),
    max(abs(mart.cac * actual.new_customers / actual.acquisition_cost - 1)), 1e-12
from marts.acquisition_costs as mart
inner join truth.acquisition_costs as actual using (cohort_month, acquisition_channel)
where actual.new_customers > 0 and actual.acquisition_cost > 0
