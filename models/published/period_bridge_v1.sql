select
    cast(period_type as string) as period_type,
    cast(period_start as date) as period_start,
    cast(previous_period_start as date) as previous_period_start,
    cast(customer_group as string) as customer_group,
    cast(customers as bigint) as customers,
    cast(customers_up as bigint) as customers_up,
    cast(customers_down as bigint) as customers_down,
    cast(orders_before as bigint) as orders_before,
    cast(orders_after as bigint) as orders_after,
    cast(net_amount_before as decimal(38, 4)) as net_amount_before,
    cast(net_amount_after as decimal(38, 4)) as net_amount_after,
    cast(change as decimal(38, 4)) as change,
    cast(change_by_customers as decimal(38, 4)) as change_by_customers,
    cast(change_by_frequency as decimal(38, 4)) as change_by_frequency,
    cast(change_by_order_value as decimal(38, 4)) as change_by_order_value,
    cast(is_period_complete as boolean) as is_period_complete,
    cast(is_previous_period_covered as boolean) as is_previous_period_covered,
    cast(as_of_date as date) as as_of_date

from {{ ref('period_bridge') }}
