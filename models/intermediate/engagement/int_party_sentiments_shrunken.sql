with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

texts as (

    select * from {{ ref('int_texts_scored') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

by_month as (

    select
        party_id,
        month,
        count(*) as texts,
        cast(sum(score) as decimal(18, 6)) as score_sum,
        sum(score * score) as square_sum

    from texts
    where score is not null
    group by party_id, month

),

-- trailing months up to the end of each month
by_party as (

    select
        by_month.party_id,
        parties.segment,
        months.month,
        cast(sum(by_month.texts) as bigint) as texts,
        cast(sum(by_month.score_sum) as decimal(18, 6)) as score_sum,
        cast(sum(by_month.square_sum) as decimal(38, 12)) as square_sum

    from by_month
    inner join parties on by_month.party_id = parties.party_id
    cross join parameters
    inner join months
        on
            by_month.month <= months.month
            and by_month.month
            > {{ add_months('months.month', '0 - parameters.sentiment_window_months') }}
    group by by_month.party_id, parties.segment, months.month

),

by_segment as (

    select
        month,
        segment,
        count(*) as parties,
        sum(case when texts > 1 then 1 else 0 end) as repeat_writers,
        sum(texts) as texts,
        cast(sum(score_sum) as double) as score_sum,
        cast(sum(square_sum) as double) as square_sum,
        cast(sum(texts * texts) as double) as sum_of_squared_texts,
        {{ sum_exactly('cast(score_sum as double) * cast(score_sum as double) / texts') }}
            as sum_of_party_squares

    from by_party
    group by month, segment

),

-- one-way analysis of variance of parties within segments, unequal numbers of texts
summed as (

    select
        month,
        sum(parties) - count(*) as degrees_between,
        sum(texts) - sum(parties) as degrees_within,
        sum(repeat_writers) as repeat_writers,
        {{ sum_exactly('sum_of_party_squares - score_sum * score_sum / texts') }}
            as squares_between,
        {{ sum_exactly('square_sum - sum_of_party_squares') }} as squares_within,
        cast(sum(texts) as double)
        - {{ sum_exactly('sum_of_squared_texts / texts') }} as effective_texts

    from by_segment
    group by month

),

varied as (

    select
        summed.month,
        summed.squares_within / nullif(summed.degrees_within, 0) as variance_within,
        (
            summed.squares_between / nullif(summed.degrees_between, 0)
            - summed.squares_within / nullif(summed.degrees_within, 0)
        )
        * summed.degrees_between / nullif(summed.effective_texts, 0) as variance_between,
        summed.degrees_between > 0
        and summed.repeat_writers >= parameters.sentiment_min_authors as is_estimated,
        parameters.sentiment_prior_texts

    from summed
    cross join parameters

),

weighed as (

    select
        by_party.party_id,
        by_party.segment,
        by_party.month,
        by_party.texts,
        cast(by_party.score_sum as double) as score_sum,
        case
            when not varied.is_estimated
                then by_party.texts / (by_party.texts + varied.sentiment_prior_texts)
            when varied.variance_between <= 0 then 0
            else
                by_party.texts * varied.variance_between
                / (by_party.texts * varied.variance_between + varied.variance_within)
        end as weight

    from by_party
    inner join varied on by_party.month = varied.month

),

segment_means as (

    select
        month,
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        count(*) as parties,
        {{ sum_exactly('score_sum / texts') }} / count(*) as sentiment_mean

    from weighed
    group by grouping sets ((month), (month, segment))

),

final as (

    select
        weighed.party_id,
        weighed.month,
        weighed.segment,
        weighed.texts,
        weighed.score_sum / weighed.texts as sentiment_mean,
        case
            when own.parties >= parameters.min_segment_size then own.sentiment_mean
            else every.sentiment_mean
        end as segment_mean,
        weighed.weight,
        weighed.weight * weighed.score_sum / weighed.texts
        + (1 - weighed.weight) * case
            when own.parties >= parameters.min_segment_size then own.sentiment_mean
            else every.sentiment_mean
        end as sentiment_shrunken

    from weighed
    inner join segment_means as own
        on
            weighed.month = own.month
            and weighed.segment = own.segment
    inner join segment_means as every
        on
            weighed.month = every.month
            and every.segment = 'all'
    cross join parameters

)

select * from final
