-- 'all' is the sum of the platforms and of the programmes; a text is scored, in another language or
-- neither; a mean lies within its interval, and there is none without a score.
with

rows_of_all as (

    select
        'platforms' as identity,
        month,
        programme_id as kept,
        sum(case when platform = 'all' then text_events else -text_events end) as texts,
        sum(case when platform = 'all' then 1 else -1 end * scored_text_events) as scored,
        sum(case when platform = 'all' then 1 else -1 end * other_language_texts) as other

    from {{ ref('published_engagement_by_month') }}
    group by month, programme_id
    union all
    select
        'programmes' as identity,
        month,
        platform as kept,
        sum(case when programme_id = 'all' then text_events else -text_events end) as texts,
        sum(case when programme_id = 'all' then 1 else -1 end * scored_text_events) as scored,
        sum(case when programme_id = 'all' then 1 else -1 end * other_language_texts) as other

    from {{ ref('published_engagement_by_month') }}
    group by month, platform

),

unequal_sums as (

    select
        identity,
        month,
        kept

    from rows_of_all
    where
        texts != 0
        or scored != 0
        or other != 0

),

unequal_parts as (

    select
        'parts of texts' as identity,
        month,
        platform as kept

    from {{ ref('published_engagement_by_month') }}
    where
        scored_text_events + other_language_texts > text_events
        or text_authors > scored_text_events
        or text_events > events
        or (sentiment_mean is null) != (scored_text_events = 0)
        or not sentiment_mean between -1 and 1
        or not sentiment_low between -1 and sentiment_mean
        or not sentiment_high between sentiment_mean and 1
        or (sentiment_low is null) != (sentiment_high is null)

)

select * from unequal_sums
union all
select * from unequal_parts
