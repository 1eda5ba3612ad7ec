with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customer_months as (

    select * from {{ ref('customer_months') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

first_month as (

    select min(month) as month from customer_months

),

periods as (

    select distinct
        'quarter' as period_type,
        {{ trunc_date('quarter', 'month') }} as period_start,
        {{ add_months(trunc_date('quarter', 'month'), -3) }} as previous_period_start,
        {{ add_months(trunc_date('quarter', 'month'), 3) }} as next_period_start

    from months
    union all
    select distinct
        'year' as period_type,
        {{ trunc_date('year', 'month') }} as period_start,
        {{ add_months(trunc_date('year', 'month'), -12) }} as previous_period_start,
        {{ add_months(trunc_date('year', 'month'), 12) }} as next_period_start

    from months

),

booked as (

    select
        party_id,
        {{ trunc_date('quarter', 'month') }} as quarter_start,
        {{ trunc_date('year', 'month') }} as year_start,
        orders,
        net_amount

    from customer_months
    where orders > 0 or refunded_amount != 0

),

customer_periods as (

    select
        'quarter' as period_type,
        quarter_start as period_start,
        party_id,
        sum(orders) as orders,
        sum(net_amount) as net_amount

    from booked
    group by quarter_start, party_id
    union all
    select
        'year' as period_type,
        year_start as period_start,
        party_id,
        sum(orders) as orders,
        sum(net_amount) as net_amount

    from booked
    group by year_start, party_id

),

-- each customer's period stands once as the later and once as the earlier of a pair
paired as (

    select
        periods.period_type,
        periods.period_start,
        customer_periods.party_id,
        customer_periods.orders as orders_after,
        customer_periods.net_amount as net_amount_after,
        0 as orders_before,
        cast(0 as decimal(38, 4)) as net_amount_before

    from customer_periods
    inner join periods
        on
            customer_periods.period_type = periods.period_type
            and customer_periods.period_start = periods.period_start
    union all
    select
        periods.period_type,
        periods.period_start,
        customer_periods.party_id,
        0 as orders_after,
        cast(0 as decimal(38, 4)) as net_amount_after,
        customer_periods.orders as orders_before,
        customer_periods.net_amount as net_amount_before

    from customer_periods
    inner join periods
        on
            customer_periods.period_type = periods.period_type
            and customer_periods.period_start = periods.previous_period_start

),

compared as (

    select
        period_type,
        period_start,
        party_id,
        sum(orders_before) as orders_before,
        sum(orders_after) as orders_after,
        sum(net_amount_before) as net_amount_before,
        sum(net_amount_after) as net_amount_after

    from paired
    group by period_type, period_start, party_id

),

grouped as (

    select
        *,
        case
            when orders_before > 0 and orders_after > 0 then 'retained'
            when orders_after > 0 then 'gained'
            when orders_before > 0 then 'lost'
            else 'refunded'
        end as customer_group

    from compared

),

summed as (

    select
        period_type,
        period_start,
        customer_group,
        count(*) as customers,
        sum(case when net_amount_after > net_amount_before then 1 else 0 end) as customers_up,
        sum(case when net_amount_after < net_amount_before then 1 else 0 end) as customers_down,
        sum(orders_before) as orders_before,
        sum(orders_after) as orders_after,
        sum(net_amount_before) as net_amount_before,
        sum(net_amount_after) as net_amount_after,
        sum(net_amount_after) - sum(net_amount_before) as change

    from grouped
    group by period_type, period_start, customer_group

),

-- Shapley value of two factors: each change at the mean of the other factor; what is rounded off
-- goes to the order value, so that the parts sum to the change
decomposed as (

    select
        *,
        case
            when customer_group = 'retained'
                then
                    cast(
                        (orders_after - orders_before)
                        * (
                            {{ safe_divide('net_amount_before', 'orders_before') }}
                            + {{ safe_divide('net_amount_after', 'orders_after') }}
                        ) / 2.0
                        as decimal(38, 4)
                    )
            else cast(0 as decimal(38, 4))
        end as change_by_frequency

    from summed

),

final as (

    select
        decomposed.period_type,
        decomposed.period_start,
        periods.previous_period_start,
        decomposed.customer_group,
        decomposed.customers,
        decomposed.customers_up,
        decomposed.customers_down,
        decomposed.orders_before,
        decomposed.orders_after,
        decomposed.net_amount_before,
        decomposed.net_amount_after,
        decomposed.change,
        case when decomposed.customer_group = 'retained' then 0 else decomposed.change end
            as change_by_customers,
        decomposed.change_by_frequency,
        case
            when decomposed.customer_group = 'retained'
                then decomposed.change - decomposed.change_by_frequency
            else 0
        end as change_by_order_value,
        periods.next_period_start <= {{ add_days('parameters.as_of_date', 1) }}
            as is_period_complete,
        first_month.month <= periods.previous_period_start as is_previous_period_covered,
        parameters.as_of_date

    from decomposed
    inner join periods
        on
            decomposed.period_type = periods.period_type
            and decomposed.period_start = periods.period_start
    cross join first_month
    cross join parameters
    where periods.period_start > first_month.month

)

select * from final
