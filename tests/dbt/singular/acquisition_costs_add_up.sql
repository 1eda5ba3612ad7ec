-- Sharing out loses no cost of any month, every reward of a referral that won a customer is counted
-- once, and every customer is acquired once. To the last digit.
with

spent as (

    select
        costs.cost_month as month,
        sum(costs.amount) as booked_cost

    from {{ ref('int_costs_converted') }} as costs
    inner join {{ ref('cost_categories') }} as categories on costs.category = categories.category
    where categories.is_acquisition
    group by costs.cost_month

),

rewarded as (

    select
        {{ trunc_date('month', 'first_ordered_on') }} as month,
        sum(reward_amount) as reward_cost

    from {{ ref('int_referrals_credited') }}
    group by {{ trunc_date('month', 'first_ordered_on') }}

),

won as (

    select
        {{ trunc_date('month', 'first_ordered_on') }} as month,
        count(*) as customers

    from {{ ref('int_customers_cohorted') }}
    group by {{ trunc_date('month', 'first_ordered_on') }}

),

published as (

    select
        cohort_month as month,
        sum(booked_cost) as booked_cost,
        sum(reward_cost) as reward_cost,
        sum(acquisition_cost) as acquisition_cost,
        sum(new_customers) as customers

    from {{ ref('published_acquisition_costs') }}
    group by cohort_month

),

months as (

    select month from spent
    union
    select month from rewarded
    union
    select month from won
    union
    select month from published

)

select
    months.month,
    spent.booked_cost,
    published.booked_cost as booked_cost_published,
    rewarded.reward_cost,
    published.reward_cost as reward_cost_published,
    won.customers,
    published.customers as customers_published

from months
left join spent on months.month = spent.month
left join rewarded on months.month = rewarded.month
left join won on months.month = won.month
left join published on months.month = published.month
where
    coalesce(published.booked_cost, 0) != coalesce(spent.booked_cost, 0)
    or coalesce(published.reward_cost, 0) != coalesce(rewarded.reward_cost, 0)
    or published.acquisition_cost != published.booked_cost + published.reward_cost
    or coalesce(published.customers, 0) != coalesce(won.customers, 0)
