-- What a run prints when it ends: one row per figure, read from the build database after the checks.
-- part: headline or coverage; value, low, high as published; note says what the figure rests on.
with

page as (

    select
        *,
        case unit when 'share' then 100 else 1 end as scale

    from marts.relationship_scorecard
    where is_latest

),

lines as (

    select
        coalesce(orders.currency, 'unknown') as currency,
        orders.party_id,
        cast(order_lines.quantity as decimal(19, 4)) * order_lines.unit_price
        - coalesce(order_lines.discount_amount, 0) as amount

    from raw.order_lines
    left join raw.orders on order_lines.order_id = orders.order_id
    union all
    select
        refunds.currency,
        coalesce(refunds.party_id, orders.party_id) as party_id,
        -refunds.amount as amount

    from raw.refunds
    left join raw.orders on refunds.order_id = orders.order_id

),

figures as (

    select
        1 as position,
        'headline' as part,
        'customers' as figure,
        cast(count(*) as double) as value,
        cast(null as double) as low,
        cast(null as double) as high,
        'parties with an order, refund or subscription' as note

    from marts.parties
    where is_customer
    union all
    select
        1 + position / 1000.0,
        'headline',
        label || case
            when unit = 'share' then ', %'
            when unit not in ('points', 'ratio', 'events') then ', ' || unit
            else ''
        end,
        value * scale,
        low * scale,
        high * scale,
        coalesce('n = ' || n || ', ', '') || note || ', ' || strftime(month, '%Y-%m')

    from page
    union all
    select
        2,
        'coverage',
        'orders without a customer',
        cast(count(*) as double),
        null,
        null,
        'kept in the totals, in no cohort'

    from raw.orders
    where party_id is null
    union all
    select
        3,
        'coverage',
        'lines without a customer',
        cast(count(*) as double),
        null,
        null,
        'order lines and refunds, kept in the totals, in no cohort'

    from lines
    where party_id is null
    union all
    select
        4,
        'coverage',
        'order lines less refunds, ' || currency,
        cast(sum(amount) as double),
        null,
        null,
        count(*) || ' lines, as loaded'

    from lines
    group by currency

)

select
    part,
    figure,
    value,
    low,
    high,
    note

from figures
order by position, figure
