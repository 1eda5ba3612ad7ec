-- Every order and refund is in customer_months or in one of three places outside of it: it has no
-- party, its party never ordered, or it is a refund before the month of its party's first order.
-- To the cent, by month.
with

first_orders as (

    select
        party_id,
        min(order_month) as first_month

    from {{ ref('int_orders_valued') }}
    where party_id is not null
    group by party_id

),

booked as (

    select
        order_month as month,
        party_id is null as is_outside,
        net_amount,
        margin_amount

    from {{ ref('int_orders_valued') }}
    union all
    select
        refunds.refund_month as month,
        first_orders.party_id is null
        or refunds.refund_month < first_orders.first_month as is_outside,
        -refunds.refunded_amount as net_amount,
        -refunds.margin_lost as margin_amount

    from {{ ref('int_refunds_valued') }} as refunds
    left join first_orders on refunds.party_id = first_orders.party_id

),

booked_by_month as (

    select
        month,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount,
        sum(case when is_outside then net_amount else 0 end) as net_outside,
        sum(case when is_outside then margin_amount else 0 end) as margin_outside

    from booked
    group by month

),

published_by_month as (

    select
        month,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount

    from {{ ref('published_customer_months') }}
    group by month

)

select
    coalesce(booked_by_month.month, published_by_month.month) as month,
    published_by_month.net_amount as net_published,
    booked_by_month.net_outside,
    booked_by_month.net_amount as net_booked,
    published_by_month.margin_amount as margin_published,
    booked_by_month.margin_outside,
    booked_by_month.margin_amount as margin_booked

from booked_by_month
full outer join published_by_month on booked_by_month.month = published_by_month.month
where
    coalesce(published_by_month.net_amount, 0) + coalesce(booked_by_month.net_outside, 0)
    != coalesce(booked_by_month.net_amount, 0)
    or coalesce(published_by_month.margin_amount, 0) + coalesce(booked_by_month.margin_outside, 0)
    != coalesce(booked_by_month.margin_amount, 0)
