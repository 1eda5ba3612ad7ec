select
    cast(month as date) as month,
    cast(segment as string) as segment,
    cast(movement as string) as movement,
    cast(customers as bigint) as customers,
    cast(amount as decimal(38, 4)) as amount,
    cast(customers_within_month as bigint) as customers_within_month,
    cast(amount_within_month as decimal(38, 4)) as amount_within_month,
    cast(opening_mrr as decimal(38, 4)) as opening_mrr,
    cast(closing_mrr as decimal(38, 4)) as closing_mrr,
    cast(is_month_complete as boolean) as is_month_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('recurring_revenue_movements') }}
