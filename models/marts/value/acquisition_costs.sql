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

month_totals as (

    select
        cohort_month,
        sum(new_customers) as new_customers

    from new_customers
    group by cohort_month

),

shares as (

    select
        new_customers.cohort_month,
        new_customers.acquisition_channel,
        {{ safe_divide('new_customers.new_customers', 'month_totals.new_customers') }}
            as share_of_new_customers

    from new_customers
    inner join month_totals on new_customers.cohort_month = month_totals.cohort_month

),

-- cost without a channel is shared out over the channels of its month by their new customers
shared_out as (

    select
        acquisition_entries.cost_month,
        shares.acquisition_channel as channel,
        cast(acquisition_entries.amount * shares.share_of_new_customers as decimal(28, 8))
            as amount

    from acquisition_entries
    inner join shares on acquisition_entries.cost_month = shares.cohort_month
    where acquisition_entries.channel is null

),

allocated as (

    select
        cost_month,
        channel,
        amount,
        amount as allocated_amount

    from shared_out

),

unallocated as (

    select
        acquisition_entries.cost_month,
        coalesce(acquisition_entries.channel, 'unknown') as channel,
        cast(acquisition_entries.amount as decimal(28, 8)) as amount,
        cast(0 as decimal(28, 8)) as allocated_amount

    from acquisition_entries
    left join month_totals on acquisition_entries.cost_month = month_totals.cohort_month
    where
        acquisition_entries.channel is not null
        or month_totals.cohort_month is null

),

channel_costs as (

    select
        cost_month,
        channel,
        sum(amount) as acquisition_cost,
        sum(allocated_amount) as allocated_cost

    from (
        select * from allocated
        union all
        select * from unallocated
    ) as shared
    group by cost_month, channel

),

joined as (

    select
        coalesce(new_customers.cohort_month, channel_costs.cost_month) as cohort_month,
        coalesce(new_customers.acquisition_channel, channel_costs.channel) as acquisition_channel,
        coalesce(channel_costs.acquisition_cost, 0) as acquisition_cost,
        coalesce(channel_costs.allocated_cost, 0) as allocated_cost,
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
        {{ safe_divide('coalesce(total_clv, historic_margin)', 'new_customers') }}
            as clv_per_customer,
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
        costed.allocated_cost,
        costed.new_customers,
        costed.cac,
        costed.clv_per_customer,
        costed.clv_basis,
        {{ safe_divide('costed.clv_per_customer', 'costed.cac') }} as clv_to_cac,
        paybacks.payback_month,
        costed.new_customers > 0 and paybacks.payback_month is null as is_censored,
        parameters.as_of_date

    from costed
    left join paybacks
        on
            costed.cohort_month = paybacks.cohort_month
            and costed.acquisition_channel = paybacks.acquisition_channel
    cross join parameters

)

select * from final
