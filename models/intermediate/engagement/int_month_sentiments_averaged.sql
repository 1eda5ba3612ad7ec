with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

texts as (

    select * from {{ ref('int_texts_scored') }}

),

written as (

    select
        month,
        platform,
        programme_id,
        author_id,
        is_other_language,
        score

    from texts
    where text_source = 'engagement_event'

),

by_author as (

    select
        month,
        case when grouping(platform) = 1 then 'all' else platform end as platform,
        case when grouping(programme_id) = 1 then 'all' else programme_id end as programme_id,
        author_id,
        count(*) as texts,
        count(score) as scored_texts,
        sum(case when is_other_language then 1 else 0 end) as other_language_texts,
        cast(coalesce(sum(score), 0) as decimal(18, 6)) as score_sum

    from written
    group by grouping sets (
        (month, author_id),
        (month, platform, author_id),
        (month, programme_id, author_id),
        (month, platform, programme_id, author_id)
    )

),

summed as (

    select
        month,
        platform,
        programme_id,
        cast(sum(texts) as bigint) as text_events,
        cast(sum(scored_texts) as bigint) as scored_text_events,
        cast(sum(other_language_texts) as bigint) as other_language_texts,
        cast(sum(case when scored_texts > 0 then 1 else 0 end) as bigint) as text_authors,
        cast(sum(score_sum) as double) as score_sum,
        cast(sum({{ multiply_exactly('score_sum', 'score_sum', 6) }}) as double)
            as sum_of_squares,
        cast(sum(score_sum * scored_texts) as double) as sum_of_products,
        cast(sum(scored_texts * scored_texts) as double) as sum_of_squared_texts

    from by_author
    group by month, platform, programme_id

),

averaged as (

    select
        *,
        {{ safe_divide('score_sum', 'scored_text_events') }} as sentiment_mean

    from summed

),

-- the texts of one author go together: a variance of the authors' sums (Liang & Zeger 1986)
varied as (

    select
        *,
        text_authors / cast(nullif(text_authors - 1, 0) as double)
        * (
            sum_of_squares
            - 2 * sentiment_mean * sum_of_products
            + sentiment_mean * sentiment_mean * sum_of_squared_texts
        )
        / nullif(cast(scored_text_events as double) * scored_text_events, 0) as variance

    from averaged

),

bounded as (

    select
        varied.*,
        case
            when varied.text_authors >= parameters.sentiment_min_authors and varied.variance > 1e-12
                then
                    {{ t_quantile('parameters.confidence_z', '(varied.text_authors - 1)') }}
                    * sqrt(varied.variance)
        end as half_width

    from varied
    cross join parameters

),

final as (

    select
        month,
        platform,
        programme_id,
        text_events,
        scored_text_events,
        other_language_texts,
        text_authors,
        sentiment_mean,
        case when half_width is not null then greatest(sentiment_mean - half_width, -1) end
            as sentiment_low,
        case when half_width is not null then least(sentiment_mean + half_width, 1) end
            as sentiment_high

    from bounded

)

select * from final
