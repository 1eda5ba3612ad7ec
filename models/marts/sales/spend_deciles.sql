with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customer_months as (

    select * from {{ ref('customer_months') }}

),

customer_years as (

    select
        party_id,
        {{ trunc_date('year', 'month') }} as year_start,
        sum(orders) as orders,
        sum(refunded_amount) as refunded_amount,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount

    from customer_months
    where orders > 0 or refunded_amount != 0
    group by party_id, {{ trunc_date('year', 'month') }}

),

-- decile 0 takes the refunds of customers who did not order in the year, so that the year is whole
ranked as (

    select
        party_id,
        year_start,
        orders,
        refunded_amount,
        net_amount,
        margin_amount,
        ntile(10) over (partition by year_start order by net_amount desc, party_id asc) as decile

    from customer_years
    where orders > 0
    union all
    select
        party_id,
        year_start,
        orders,
        refunded_amount,
        net_amount,
        margin_amount,
        0 as decile

    from customer_years
    where orders = 0

),

summed as (

    select
        year_start,
        decile,
        count(*) as customers,
        sum(orders) as orders,
        sum(refunded_amount) as refunded_amount,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount,
        min(net_amount) as lowest_net_amount,
        max(net_amount) as highest_net_amount

    from ranked
    group by year_start, decile

),

totalled as (

    select
        *,
        sum(net_amount) over (partition by year_start) as year_net_amount

    from summed

),

final as (

    select
        cast(extract(year from totalled.year_start) as bigint) as year,
        totalled.decile,
        totalled.customers,
        totalled.orders,
        totalled.refunded_amount,
        totalled.net_amount,
        totalled.margin_amount,
        totalled.year_net_amount,
        {{ safe_divide('totalled.net_amount', 'totalled.year_net_amount') }}
            as share_of_net_amount,
        {{ safe_divide('totalled.orders', 'totalled.customers') }} as orders_per_customer,
        {{ safe_divide('totalled.net_amount', 'totalled.orders') }} as average_order_value,
        {{ safe_divide('totalled.margin_amount', 'totalled.net_amount') }} as margin_rate,
        totalled.lowest_net_amount,
        totalled.highest_net_amount,
        {{ add_months('totalled.year_start', 12) }}
        <= {{ add_days('parameters.as_of_date', 1) }} as is_year_complete,
        parameters.as_of_date

    from totalled
    cross join parameters

)

select * from final
