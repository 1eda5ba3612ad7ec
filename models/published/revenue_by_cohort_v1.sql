select
    cast(month as date) as month,
    cast(cohort_month as date) as cohort_month,
    cast(months_since_first as bigint) as months_since_first,
    cast(is_new as boolean) as is_new,
    cast(customers_ordering as bigint) as customers_ordering,
    cast(orders as bigint) as orders,
    cast(refunded_amount as decimal(38, 4)) as refunded_amount,
    cast(refunded_amount_of_orders as decimal(38, 4)) as refunded_amount_of_orders,
    cast(net_amount as decimal(38, 4)) as net_amount,
    cast(margin_amount as decimal(38, 4)) as margin_amount,
    cast(month_net_amount as decimal(38, 4)) as month_net_amount,
    cast(share_of_month as double) as share_of_month,
    cast(is_month_complete as boolean) as is_month_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('revenue_by_cohort') }}
