select
    cast(cohort_month as date) as cohort_month,
    cast(month as date) as month,
    cast(months_since_first as bigint) as months_since_first,
    cast(customers_acquired as bigint) as customers_acquired,
    cast(customers_ordering as bigint) as customers_ordering,
    cast(orders as bigint) as orders,
    cast(orders_per_active as double) as orders_per_active,
    cast(average_order_value as double) as average_order_value,
    cast(refunded_amount as decimal(38, 4)) as refunded_amount,
    cast(refunded_amount_of_orders as decimal(38, 4)) as refunded_amount_of_orders,
    cast(net_amount as decimal(38, 4)) as net_amount,
    cast(margin_amount as decimal(38, 4)) as margin_amount,
    cast(net_amount_per_acquired as double) as net_amount_per_acquired,
    cast(cumulative_net_amount as decimal(38, 4)) as cumulative_net_amount,
    cast(cumulative_net_amount_per_acquired as double) as cumulative_net_amount_per_acquired,
    cast(is_month_complete as boolean) as is_month_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('cohort_evolution') }}
