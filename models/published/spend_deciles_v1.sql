select
    cast(year as bigint) as year,
    cast(decile as bigint) as decile,
    cast(customers as bigint) as customers,
    cast(orders as bigint) as orders,
    cast(refunded_amount as decimal(38, 4)) as refunded_amount,
    cast(net_amount as decimal(38, 4)) as net_amount,
    cast(margin_amount as decimal(38, 4)) as margin_amount,
    cast(year_net_amount as decimal(38, 4)) as year_net_amount,
    cast(share_of_net_amount as double) as share_of_net_amount,
    cast(orders_per_customer as double) as orders_per_customer,
    cast(average_order_value as double) as average_order_value,
    cast(margin_rate as double) as margin_rate,
    cast(lowest_net_amount as decimal(38, 4)) as lowest_net_amount,
    cast(highest_net_amount as decimal(38, 4)) as highest_net_amount,
    cast(is_year_complete as boolean) as is_year_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('spend_deciles') }}
