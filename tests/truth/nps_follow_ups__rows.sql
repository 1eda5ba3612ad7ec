-- Every response of a detractor: whether the brand called back in time, the next score, the margin.
with

both_sides as (

    select
        'truth' as side,
        response_id, survey_id, party_id, responded_at, score, follow_up_at,
        case when in_time is not null then in_time = 1 end as followed_up_within_sla, next_score,
        margin_amount
    from truth.detractor_follow_ups
    union all
    select
        'mart' as side,
        response_id, survey_id, party_id, responded_at, score, follow_up_at,
        followed_up_within_sla, next_score, margin_180_days
    from marts.nps_follow_ups

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

)

select
    'detractors: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'detractors: rows that differ', 0, count(*), 0 from differing
union all
select
    'followed up in time',
    count(*) filter (side = 'truth' and followed_up_within_sla),
    count(*) filter (side = 'mart' and followed_up_within_sla),
    0
from both_sides
union all
select
    'with a next score',
    count(next_score) filter (side = 'truth'),
    count(next_score) filter (side = 'mart'),
    0
from both_sides
union all
select
    'margin of the days after',
    sum(margin_amount) filter (side = 'truth'),
    sum(margin_amount) filter (side = 'mart'),
    0
from both_sides
union all
select
    'hours to the follow-up',
    sum(epoch(actual.follow_up_at) - epoch(actual.responded_at)) / 3600,
    sum(mart.hours_to_follow_up),
    1e-6
from truth.detractor_follow_ups as actual
left join marts.nps_follow_ups as mart using (response_id)
