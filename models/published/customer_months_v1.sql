select
    cast(party_id as string) as party_id,
    cast(segment as string) as segment,
    cast(cohort_month as date) as cohort_month,
    cast(month as date) as month,
    cast(months_since_first as bigint) as months_since_first,
    cast(orders as bigint) as orders,
    cast(orders_with_estimated_margin as bigint) as orders_with_estimated_margin,
    cast(engagements as bigint) as engagements,
    cast(gross_amount as decimal(38, 4)) as gross_amount,
    cast(discount_amount as decimal(38, 4)) as discount_amount,
    cast(refunded_amount as decimal(38, 4)) as refunded_amount,
    cast(refunded_amount_of_orders as decimal(38, 4)) as refunded_amount_of_orders,
    cast(net_amount as decimal(38, 4)) as net_amount,
    cast(margin_amount as decimal(38, 4)) as margin_amount,
    cast(is_active as boolean) as is_active,
    cast(is_month_complete as boolean) as is_month_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('customer_months') }}
