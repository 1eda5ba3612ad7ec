-- Events, who took part and what they did, by month, platform and programme. No employee acts in
-- the demo brand, and every event says whether it is organic and user generated.
with

both_sides as (

    select
        'truth' as side,
        month, platform, programme_id, events, participants, events_of_known_parties,
        organic_events, user_generated_events, views, reactions, comments, replies, answers,
        accepted_answers, shares, mentions, posts, reviews, follows, unfollows, attendances,
        referrals
    from truth.engagement_months
    union all
    select
        'mart' as side,
        month, platform, programme_id, events, participants, events_of_known_parties,
        organic_events, user_generated_events, views, reactions, comments, replies, answers,
        accepted_answers, shares, mentions, posts, reviews, follows, unfollows, attendances,
        referrals
    from marts.engagement_by_month
    where events > 0

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

),

totals as (

    select * from both_sides
    where platform = 'all' and programme_id = 'all'

)

select
    'events: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'events: rows that differ', 0, count(*), 0 from differing
union all
select
    'events',
    sum(events) filter (side = 'truth'),
    sum(events) filter (side = 'mart'),
    0
from totals
union all
select
    'participants, by month',
    sum(participants) filter (side = 'truth'),
    sum(participants) filter (side = 'mart'),
    0
from totals
union all
select
    'events of known parties',
    sum(events_of_known_parties) filter (side = 'truth'),
    sum(events_of_known_parties) filter (side = 'mart'),
    0
from totals
union all
select
    'organic events',
    sum(organic_events) filter (side = 'truth'),
    sum(organic_events) filter (side = 'mart'),
    0
from totals
union all
select
    'user generated events',
    sum(user_generated_events) filter (side = 'truth'),
    sum(user_generated_events) filter (side = 'mart'),
    0
from totals
union all
select
    'replies',
    sum(replies) filter (side = 'truth'),
    sum(replies) filter (side = 'mart'),
    0
from totals
union all
select
    'shares',
    sum(shares) filter (side = 'truth'),
    sum(shares) filter (side = 'mart'),
    0
from totals
