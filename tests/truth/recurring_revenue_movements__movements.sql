-- Every movement of recurring revenue, by month and segment, and what a month begins and ends with.
with

both_sides as (

    select
        'truth' as side,
        month, segment, movement, customers, amount, customers_within_month, amount_within_month,
        opening_mrr, closing_mrr
    from truth.mrr_movements
    union all
    select
        'mart' as side,
        month, segment, movement, customers, amount, customers_within_month, amount_within_month,
        opening_mrr, closing_mrr
    from marts.recurring_revenue_movements

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

),

totals as (

    select * from both_sides
    where segment = 'all'

)

select
    'movements: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'movements: rows that differ', 0, count(*), 0 from differing
union all
select
    'amount, new',
    sum(amount) filter (side = 'truth' and movement = 'new'),
    sum(amount) filter (side = 'mart' and movement = 'new'),
    0
from totals
union all
select
    'amount, expansion',
    sum(amount) filter (side = 'truth' and movement = 'expansion'),
    sum(amount) filter (side = 'mart' and movement = 'expansion'),
    0
from totals
union all
select
    'amount, contraction',
    sum(amount) filter (side = 'truth' and movement = 'contraction'),
    sum(amount) filter (side = 'mart' and movement = 'contraction'),
    0
from totals
union all
select
    'amount, churned',
    sum(amount) filter (side = 'truth' and movement = 'churned'),
    sum(amount) filter (side = 'mart' and movement = 'churned'),
    0
from totals
union all
select
    'amount, reactivation',
    sum(amount) filter (side = 'truth' and movement = 'reactivation'),
    sum(amount) filter (side = 'mart' and movement = 'reactivation'),
    0
from totals
union all
select
    'amount, currency',
    sum(amount) filter (side = 'truth' and movement = 'currency'),
    sum(amount) filter (side = 'mart' and movement = 'currency'),
    0
from totals
union all
select
    'closing MRR of the last month',
    max_by(closing_mrr, month) filter (side = 'truth'),
    max_by(closing_mrr, month) filter (side = 'mart'),
    0
from totals
