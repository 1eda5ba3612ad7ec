-- Invitations and answers of every survey, period and segment, and which groups are hidden.
with

both_sides as (

    select
        'truth' as side,
        survey_id, period_type, period_start, period_end, segment, is_suppressed, sent, reminders,
        sent - delivered as bounced, delivered, opened, delivered_and_answered, responded,
        promoters, passives, detractors
    from truth.survey_periods
    union all
    select
        'mart' as side,
        survey_id, period_type, period_start, period_end, segment, is_suppressed, sent, reminders,
        bounced, delivered, opened, delivered_and_answered, responded,
        promoters, passives, detractors
    from marts.nps_by_period

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

),

totals as (

    select * from both_sides
    where segment = 'all' and period_type = 'month'

)

select
    'surveys: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'surveys: rows that differ', 0, count(*), 0 from differing
union all
select
    'sent',
    sum(sent) filter (side = 'truth'),
    sum(sent) filter (side = 'mart'),
    0
from totals
union all
select
    'reminders',
    sum(reminders) filter (side = 'truth'),
    sum(reminders) filter (side = 'mart'),
    0
from totals
union all
select
    'bounced',
    sum(bounced) filter (side = 'truth'),
    sum(bounced) filter (side = 'mart'),
    0
from totals
union all
select
    'delivered',
    sum(delivered) filter (side = 'truth'),
    sum(delivered) filter (side = 'mart'),
    0
from totals
union all
select
    'opened',
    sum(opened) filter (side = 'truth'),
    sum(opened) filter (side = 'mart'),
    0
from totals
union all
select
    'responded',
    sum(responded) filter (side = 'truth'),
    sum(responded) filter (side = 'mart'),
    0
from totals
union all
select
    'promoters',
    sum(promoters) filter (side = 'truth'),
    sum(promoters) filter (side = 'mart'),
    0
from totals
union all
select
    'passives',
    sum(passives) filter (side = 'truth'),
    sum(passives) filter (side = 'mart'),
    0
from totals
union all
select
    'detractors',
    sum(detractors) filter (side = 'truth'),
    sum(detractors) filter (side = 'mart'),
    0
from totals
