-- The parts of a change sum to it in every row, and customers are in one group of a pair.
select
    period_type,
    period_start,
    customer_group,
    net_amount_after - net_amount_before as change_expected,
    change_by_customers + change_by_frequency + change_by_order_value as change_published

from {{ ref('published_period_bridge') }}
where
    change != net_amount_after - net_amount_before
    or change != change_by_customers + change_by_frequency + change_by_order_value
    or (customer_group = 'retained' and change_by_customers != 0)
    or (
        customer_group = 'retained'
        and abs(
            change_by_order_value
            - (
                {{ safe_divide('net_amount_after', 'orders_after') }}
                - {{ safe_divide('net_amount_before', 'orders_before') }}
            ) * (orders_before + orders_after) / 2.0
        ) > 0.001
    )
