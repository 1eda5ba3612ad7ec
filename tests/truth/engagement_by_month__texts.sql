-- Texts, and those in another language than English, by month, platform and programme. Of the texts
-- in English every one has a score, so scored_text_events is what is left.
with

both_sides as (

    select
        'truth' as side,
        month, platform, programme_id, text_events, other_language_texts,
        text_events - other_language_texts as scored_text_events
    from truth.engagement_months
    where text_events > 0
    union all
    select
        'mart' as side,
        month, platform, programme_id, text_events, other_language_texts, scored_text_events
    from marts.engagement_by_month
    where text_events > 0

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

select 'texts: rows that differ' as quantity, 0 as truth, count(*) as estimate, 0 as tolerance
from differing
union all
select
    'texts',
    sum(text_events) filter (side = 'truth'),
    sum(text_events) filter (side = 'mart'),
    0
from totals
union all
select
    'texts in another language',
    sum(other_language_texts) filter (side = 'truth'),
    sum(other_language_texts) filter (side = 'mart'),
    0
from totals
