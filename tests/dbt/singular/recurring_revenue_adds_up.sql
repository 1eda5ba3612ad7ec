-- opening + movements = closing, a month opens with what the one before closed with, the segments
-- sum to 'all', and what came and went within a month cancels out. To the last digit.
with

movements as (

    select * from {{ ref('published_recurring_revenue_movements') }}

),

by_month as (

    select
        month,
        segment,
        min(opening_mrr) as opening_mrr,
        max(opening_mrr) as greatest_opening_mrr,
        min(closing_mrr) as closing_mrr,
        max(closing_mrr) as greatest_closing_mrr,
        sum(amount) as amount,
        sum(amount_within_month) as amount_within_month,
        count(*) as movements

    from movements
    group by month, segment

),

followed as (

    select
        *,
        lag(closing_mrr) over (partition by segment order by month) as closing_mrr_before,
        lag(month) over (partition by segment order by month) as month_before

    from by_month

),

over_segments as (

    select
        month,
        movement,
        sum(case when segment = 'all' then amount else -amount end) as amount,
        sum(case when segment = 'all' then customers else -customers end) as customers,
        sum(case when segment = 'all' then closing_mrr else -closing_mrr end) as closing_mrr

    from movements
    group by month, movement

)

select
    month,
    segment,
    'opening + movements = closing' as identity,
    opening_mrr + amount as expected,
    closing_mrr as actual
from followed
where
    opening_mrr + amount != closing_mrr
    or opening_mrr != greatest_opening_mrr
    or closing_mrr != greatest_closing_mrr
    or movements != 6
union all
select
    month,
    segment,
    'opening = closing before' as identity,
    coalesce(closing_mrr_before, 0) as expected,
    opening_mrr as actual
from followed
where
    opening_mrr != coalesce(closing_mrr_before, 0)
    or month_before != {{ add_months('month', -1) }}
union all
select
    month,
    segment,
    'what came and went within the month cancels out' as identity,
    0 as expected,
    amount_within_month as actual
from followed
where amount_within_month != 0
union all
select
    month,
    movement as segment,
    'segments sum to all' as identity,
    0 as expected,
    amount as actual
from over_segments
where amount != 0 or customers != 0 or closing_mrr != 0
