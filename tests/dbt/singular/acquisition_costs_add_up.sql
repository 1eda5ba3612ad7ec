-- Sharing out loses no cost (1e-4 is for the rounding of the shares) and every customer is
-- acquired once.
with

spent as (

    select coalesce(sum(costs.amount), 0) as amount

    from {{ ref('int_costs_converted') }} as costs
    inner join {{ ref('cost_categories') }} as categories on costs.category = categories.category
    where categories.is_acquisition

),

customers as (

    select count(distinct party_id) as customers from {{ ref('int_orders_valued') }}

),

published as (

    select
        coalesce(sum(acquisition_cost), 0) as amount,
        coalesce(sum(new_customers), 0) as customers

    from {{ ref('published_acquisition_costs') }}

)

select
    published.amount as cost_published,
    spent.amount as cost_spent,
    published.customers as customers_published,
    customers.customers

from published
cross join spent
cross join customers
where
    abs(published.amount - spent.amount) > 0.0001
    or published.customers != customers.customers
