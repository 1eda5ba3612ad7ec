-- Who was there and what was asked, by platform and month. In the demo brand nobody is of the brand
-- and no post answers another event, so every post is a question.
with

both_sides as (

    select
        'truth' as side,
        platform as community,
        month,
        participants as active_members,
        posts as questions
    from truth.engagement_months
    where platform != 'all' and programme_id = 'all'
    union all
    select
        'mart' as side,
        community,
        month,
        active_members,
        questions
    from marts.community_scorecards
    where active_members > 0

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

)

select
    'months of communities' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'months that differ', 0, count(*), 0 from differing
union all
select
    'active members, by month',
    sum(active_members) filter (side = 'truth'),
    sum(active_members) filter (side = 'mart'),
    0
from both_sides
union all
select
    'questions',
    sum(questions) filter (side = 'truth'),
    sum(questions) filter (side = 'mart'),
    0
from both_sides
