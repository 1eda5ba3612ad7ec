-- Conversations of every month, channel and segment, and what became of them.
with

both_sides as (

    select
        'truth' as side,
        month, channel, segment, conversations, answered, answered_by_peers,
        after_hours_conversations, answered_within_sla, undecided_within_sla
    from truth.response_accounts
    union all
    select
        'mart' as side,
        month, channel, segment, conversations, answered, answered_by_peers,
        after_hours_conversations, answered_within_sla, undecided_within_sla
    from marts.response_times

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

),

totals as (

    unpivot (select * from both_sides where segment = 'all' and channel = 'all')
    on
        conversations, answered, answered_by_peers, after_hours_conversations,
        answered_within_sla, undecided_within_sla
    into name quantity value amount

)

select
    'responses: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'responses: rows that differ', 0, count(*), 0 from differing
union all
select
    'responses: ' || replace(quantity, '_', ' '),
    sum(amount) filter (side = 'truth'),
    sum(amount) filter (side = 'mart'),
    0
from totals
group by quantity
