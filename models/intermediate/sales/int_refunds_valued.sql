with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

refunds as (

    select * from {{ ref('int_refunds_resolved') }}

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

owned as (

    select
        refunds.refund_id,
        refunds.order_id,
        coalesce(refunds.party_id, orders.party_id) as party_id,
        {{ local_date('refunds.refunded_at') }} as refunded_on,
        refunds.currency,
        refunds.amount,
        orders.order_id is not null and orders.cost_amount is not null as is_cost_known,
        orders.programme_id,
        parameters.default_margin_rate

    from refunds
    left join orders on refunds.order_id = orders.order_id
    cross join parameters
    where
        {{ local_date('refunds.refunded_at') }} <= parameters.as_of_date
        and not coalesce(orders.is_test, false)
        and (
            orders.cancelled_at is null
            or {{ local_date('orders.cancelled_at') }} > parameters.as_of_date
        )

),

converted as (

    select
        owned.refund_id,
        owned.order_id,
        owned.party_id,
        owned.programme_id,
        owned.refunded_on,
        {{ trunc_date('month', 'owned.refunded_on') }} as refund_month,
        owned.currency,
        owned.is_cost_known,
        owned.default_margin_rate,
        exchange_rates.rate_to_reporting,
        cast(
            {{ multiply_exactly(
                'owned.amount', 'exchange_rates.rate_to_reporting'
            ) }} as decimal(18, 4)
        ) as refunded_amount

    from owned
    left join parties on owned.party_id = parties.party_id
    left join exchange_rates
        on
            owned.currency = exchange_rates.currency
            and owned.refunded_on >= exchange_rates.valid_from
            and owned.refunded_on < exchange_rates.valid_until
    where not coalesce(parties.is_test, false)

),

final as (

    select
        refund_id,
        order_id,
        party_id,
        programme_id,
        refunded_on,
        refund_month,
        currency,
        rate_to_reporting,
        refunded_amount,
        cast(
            case
                when is_cost_known then refunded_amount
                else {{ multiply_exactly('refunded_amount', 'default_margin_rate') }}
            end
            as decimal(18, 4)
        ) as margin_lost

    from converted

)

select * from final
