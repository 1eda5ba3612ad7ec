with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

orders as (

    select * from {{ ref('int_orders_valued') }}

),

refunds as (

    select * from {{ ref('int_refunds_valued') }}

),

entries as (

    select
        orders.party_id,
        {{ cohort_period('orders.ordered_on') }} as period_start,
        1 as orders,
        cast(0 as decimal(18, 4)) as refunded_amount,
        cast(0 as decimal(18, 4)) as refunded_amount_of_orders,
        orders.net_amount,
        orders.margin_amount

    from orders
    cross join parameters
    union all
    select
        refunds.party_id,
        {{ cohort_period('refunds.refunded_on') }} as period_start,
        0 as orders,
        refunds.refunded_amount,
        cast(0 as decimal(18, 4)) as refunded_amount_of_orders,
        -refunds.refunded_amount as net_amount,
        -refunds.margin_lost as margin_amount

    from refunds
    cross join parameters
    union all
    select
        orders.party_id,
        {{ cohort_period('orders.ordered_on') }} as period_start,
        0 as orders,
        cast(0 as decimal(18, 4)) as refunded_amount,
        refunds.refunded_amount as refunded_amount_of_orders,
        cast(0 as decimal(18, 4)) as net_amount,
        cast(0 as decimal(18, 4)) as margin_amount

    from refunds
    inner join orders on refunds.order_id = orders.order_id
    cross join parameters

),

final as (

    select
        customers.party_id,
        customers.segment,
        customers.cohort_start,
        entries.period_start,
        cast(sum(entries.orders) as bigint) as orders,
        sum(entries.refunded_amount) as refunded_amount,
        sum(entries.refunded_amount_of_orders) as refunded_amount_of_orders,
        sum(entries.net_amount) as net_amount,
        sum(entries.margin_amount) as margin_amount

    from entries
    inner join customers
        on
            entries.party_id = customers.party_id
            and customers.cohort_start <= entries.period_start
    group by
        customers.party_id,
        customers.segment,
        customers.cohort_start,
        entries.period_start

)

select * from final
