-- a table, as relationship_scorecard reads it too
{{ config(materialized="table") }}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

costs as (

    select * from {{ ref('int_costs_converted') }}

),

categories as (

    select * from {{ ref('cost_categories') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

customer_months as (

    select * from {{ ref('int_customer_months_filled') }}

),

values_per_customer as (

    select * from {{ ref('customer_lifetime_values') }}

),

referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

acquisition_entries as (

    select
        costs.cost_month,
        costs.channel,
        sum(costs.amount) as amount

    from costs
    inner join categories on costs.category = categories.category
    where categories.is_acquisition
    group by costs.cost_month, costs.channel

),

new_customers as (

    select
        customers.cohort_month,
        customers.acquisition_channel,
        count(*) as new_customers,
        sum(values_per_customer.historic_margin) as historic_margin,
        sum(cast(values_per_customer.total_clv as decimal(28, 4))) as total_clv,
        count(values_per_customer.total_clv) as customers_with_model

    from customers
    inner join values_per_customer on customers.party_id = values_per_customer.party_id
    group by customers.cohort_month, customers.acquisition_channel

),

rewards as (

    select
        customers.cohort_month as cost_month,
        customers.acquisition_channel as channel,
        sum(referrals.reward_amount) as amount

    from referrals
    inner join customers on referrals.referred_party_id = customers.party_id
    group by customers.cohort_month, customers.acquisition_channel

),

counted_up as (

    select
        cohort_month,
        acquisition_channel,
        new_customers,
        sum(new_customers) over (
            partition by cohort_month
            order by acquisition_channel
            rows between unbounded preceding and current row
        ) as customers_up_to,
        sum(new_customers) over (partition by cohort_month) as customers_of_month

    from new_customers

),

-- cost without a channel is shared out over the channels of its month by their new customers: each
-- takes what is rounded up to it less what is rounded before it, so that the parts sum to the cost;
-- in whole 1e-4, as doubles would round a half either way
shares_numbered as (

    select
        acquisition_entries.cost_month,
        counted_up.acquisition_channel as channel,
        case when acquisition_entries.amount < 0 then -1 else 1 end as direction,
        2 * cast(abs(acquisition_entries.amount) * 10000 as bigint) * counted_up.customers_up_to
        + counted_up.customers_of_month as up_to,
        2 * cast(abs(acquisition_entries.amount) * 10000 as bigint)
        * (counted_up.customers_up_to - counted_up.new_customers)
        + counted_up.customers_of_month as before,
        2 * counted_up.customers_of_month as divisor

    from acquisition_entries
    inner join counted_up on acquisition_entries.cost_month = counted_up.cohort_month
    where acquisition_entries.channel is null

),

shared_out as (

    select
        cost_month,
        channel,
        cast(
            direction * cast(
                {{ safe_divide(
                    'up_to - mod(up_to, divisor) - before + mod(before, divisor)', 'divisor'
                ) }} as bigint
            ) * 0.0001 as decimal(18, 4)
        ) as amount

    from shares_numbered

),

months_with_customers as (

    select distinct cohort_month from new_customers

),

attributed as (

    select
        acquisition_entries.cost_month,
        coalesce(acquisition_entries.channel, 'unknown') as channel,
        acquisition_entries.amount

    from acquisition_entries
    left join months_with_customers
        on acquisition_entries.cost_month = months_with_customers.cohort_month
    where
        acquisition_entries.channel is not null
        or months_with_customers.cohort_month is null

),

entries as (

    select
        cost_month,
        channel,
        amount as booked_cost,
        0 as allocated_cost,
        0 as reward_cost

    from attributed
    union all
    select
        cost_month,
        channel,
        amount as booked_cost,
        amount as allocated_cost,
        0 as reward_cost

    from shared_out
    union all
    select
        cost_month,
        channel,
        0 as booked_cost,
        0 as allocated_cost,
        amount as reward_cost

    from rewards

),

channel_costs as (

    select
        cost_month,
        channel,
        sum(booked_cost) as booked_cost,
        sum(allocated_cost) as allocated_cost,
        sum(reward_cost) as reward_cost,
        sum(booked_cost) + sum(reward_cost) as acquisition_cost

    from entries
    group by cost_month, channel

),

joined as (

    select
        coalesce(new_customers.cohort_month, channel_costs.cost_month) as cohort_month,
        coalesce(new_customers.acquisition_channel, channel_costs.channel) as acquisition_channel,
        coalesce(channel_costs.acquisition_cost, 0) as acquisition_cost,
        coalesce(channel_costs.booked_cost, 0) as booked_cost,
        coalesce(channel_costs.allocated_cost, 0) as allocated_cost,
        coalesce(channel_costs.reward_cost, 0) as reward_cost,
        coalesce(new_customers.new_customers, 0) as new_customers,
        new_customers.historic_margin,
        case
            when
                new_customers.customers_with_model = new_customers.new_customers
                then new_customers.total_clv
        end as total_clv

    from new_customers
    full outer join channel_costs
        on
            new_customers.cohort_month = channel_costs.cost_month
            and new_customers.acquisition_channel = channel_costs.channel

),

costed as (

    select
        *,
        {{ safe_divide('acquisition_cost', 'new_customers') }} as cac,
        coalesce(total_clv, historic_margin) as clv_amount,
        case
            when new_customers > 0 then case when total_clv is null then 'historic' else 'model' end
        end
            as clv_basis

    from joined

),

margins_by_period as (

    select
        cohort_month,
        acquisition_channel,
        months_since_first,
        sum(margin_amount) as margin_amount

    from customer_months
    where is_month_complete
    group by cohort_month, acquisition_channel, months_since_first

),

margins_accumulated as (

    select
        cohort_month,
        acquisition_channel,
        months_since_first,
        sum(margin_amount) over (
            partition by cohort_month, acquisition_channel
            order by months_since_first
            rows between unbounded preceding and current row
        ) as cumulative_margin

    from margins_by_period

),

recoveries as (

    select
        cohort_month,
        acquisition_channel,
        sum(margin_amount) as recovered_amount,
        max(months_since_first) + 1 as observed_months

    from margins_by_period
    group by cohort_month, acquisition_channel

),

paybacks as (

    select
        costed.cohort_month,
        costed.acquisition_channel,
        min(margins_accumulated.months_since_first) as payback_month

    from costed
    inner join margins_accumulated
        on
            costed.cohort_month = margins_accumulated.cohort_month
            and costed.acquisition_channel = margins_accumulated.acquisition_channel
            and margins_accumulated.cumulative_margin >= costed.acquisition_cost
    group by costed.cohort_month, costed.acquisition_channel

),

final as (

    select
        costed.cohort_month,
        costed.acquisition_channel,
        costed.acquisition_cost,
        costed.booked_cost,
        costed.allocated_cost,
        costed.reward_cost,
        costed.new_customers,
        costed.cac,
        costed.clv_amount,
        {{ safe_divide('costed.clv_amount', 'costed.new_customers') }} as clv_per_customer,
        costed.clv_basis,
        {{ safe_divide('costed.clv_amount', 'costed.acquisition_cost') }} as clv_to_cac,
        coalesce(recoveries.recovered_amount, 0) as recovered_amount,
        coalesce(recoveries.observed_months, 0) as observed_months,
        paybacks.payback_month,
        costed.new_customers > 0 and paybacks.payback_month is null as is_censored,
        parameters.as_of_date

    from costed
    left join recoveries
        on
            costed.cohort_month = recoveries.cohort_month
            and costed.acquisition_channel = recoveries.acquisition_channel
    left join paybacks
        on
            costed.cohort_month = paybacks.cohort_month
            and costed.acquisition_channel = paybacks.acquisition_channel
    cross join parameters

)

select * from final
