with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

orders as (

    select * from {{ ref('int_orders_resolved') }}

),

parties as (

    select * from {{ ref('stg_parties__parties') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_ranged') }}

),

counted as (

    select
        orders.order_id,
        orders.party_id,
        orders.programme_id,
        orders.channel,
        orders.ordered_at,
        {{ local_date('orders.ordered_at') }} as ordered_on,
        orders.currency,
        orders.gross_amount,
        orders.discount_amount,
        orders.net_amount,
        orders.cost_amount,
        parameters.default_margin_rate

    from orders
    left join parties on orders.party_id = parties.party_id
    cross join parameters
    where
        not coalesce(orders.is_test, false)
        and not coalesce(parties.is_test, false)
        and {{ local_date('orders.ordered_at') }} <= parameters.as_of_date
        and (
            orders.cancelled_at is null
            or {{ local_date('orders.cancelled_at') }} > parameters.as_of_date
        )

),

converted as (

    select
        counted.order_id,
        counted.party_id,
        counted.programme_id,
        counted.channel,
        counted.ordered_at,
        counted.ordered_on,
        {{ trunc_date('month', 'counted.ordered_on') }} as order_month,
        counted.currency,
        exchange_rates.rate_to_reporting,
        counted.default_margin_rate,
        cast(
            {{ multiply_exactly(
                'counted.gross_amount', 'exchange_rates.rate_to_reporting'
            ) }} as decimal(18, 4)
        ) as gross_amount,
        cast(
            {{ multiply_exactly(
                'counted.discount_amount', 'exchange_rates.rate_to_reporting'
            ) }} as decimal(18, 4)
        ) as discount_amount,
        cast(
            {{ multiply_exactly(
                'counted.cost_amount', 'exchange_rates.rate_to_reporting'
            ) }} as decimal(18, 4)
        ) as cost_amount

    from counted
    left join exchange_rates
        on
            counted.currency = exchange_rates.currency
            and counted.ordered_on >= exchange_rates.valid_from
            and counted.ordered_on < exchange_rates.valid_until

),

netted as (

    select
        *,
        cast(gross_amount - discount_amount as decimal(18, 4)) as net_amount

    from converted

),

final as (

    select
        order_id,
        party_id,
        programme_id,
        channel,
        ordered_at,
        ordered_on,
        order_month,
        currency,
        rate_to_reporting,
        gross_amount,
        discount_amount,
        net_amount,
        cost_amount,
        cast(
            coalesce(
                net_amount - cost_amount, {{ multiply_exactly(
                    'net_amount', 'default_margin_rate'
                ) }}
            ) as decimal(18, 4)
        ) as margin_amount,
        cost_amount is null as is_margin_estimated

    from netted

)

select * from final
