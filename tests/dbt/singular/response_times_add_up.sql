-- Every conversation that is no outreach is counted once in its channel and segment, and in 'all'.
with

conversations as (

    select
        opened_month as month,
        channel,
        segment,
        count(*) as conversations,
        sum(case when is_answered then 1 else 0 end) as answered

    from {{ ref('int_conversations_answered') }}
    where not is_outreach
    group by opened_month, channel, segment

),

counted as (

    select
        month,
        sum(conversations) as conversations,
        sum(answered) as answered

    from conversations
    group by month

),

shown as (

    select
        month,
        sum(case when channel = 'all' and segment = 'all' then conversations end) as whole,
        sum(case when channel = 'all' and segment = 'all' then answered + unanswered end)
            as whole_parts,
        sum(case when channel = 'all' and segment != 'all' then conversations end) as by_segment,
        sum(case when channel != 'all' and segment = 'all' then conversations end) as by_channel,
        sum(case when channel != 'all' and segment != 'all' then conversations end) as by_both,
        sum(case when channel != 'all' and segment != 'all' then answered end) as answered

    from {{ ref('response_times') }}
    group by month

)

select
    coalesce(counted.month, shown.month) as month,
    counted.conversations,
    shown.whole,
    shown.by_segment,
    shown.by_channel,
    shown.by_both

from counted
full outer join shown on counted.month = shown.month
where
    counted.conversations is distinct from shown.whole
    or counted.conversations is distinct from shown.whole_parts
    or counted.conversations is distinct from shown.by_segment
    or counted.conversations is distinct from shown.by_channel
    or counted.conversations is distinct from shown.by_both
    or counted.answered is distinct from shown.answered
