{% set measures = ["impressions", "organic_impressions", "engagements", "shares"] -%}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

metrics as (

    select * from {{ ref('stg_engagement__content_metrics_daily') }}

),

measured as (
    {% for measure in measures %}
        select
            metrics.content_id,
            metrics.platform,
            metrics.metric_date,
            '{{ measure }}' as measure,
            metrics.{{ measure }} as delivered_count,
            metrics.is_cumulative

        from metrics
        cross join parameters
        where
            metrics.{{ measure }} is not null
            and metrics.metric_date <= parameters.as_of_date
        {{ "union all" if not loop.last }}
    {%- endfor %}
),

-- a span begins with the reading of a counter and holds the daily counts up to the next reading;
-- span 0 is what came before the first one
spanned as (

    select
        *,
        sum(case when is_cumulative then 1 else 0 end) over (
            partition by content_id, platform, measure
            order by metric_date
            rows between unbounded preceding and current row
        ) as span

    from measured

),

span_totals as (

    select
        content_id,
        platform,
        measure,
        span,
        cast(sum(delivered_count) as bigint) as counted

    from spanned
    group by content_id, platform, measure, span

),

compared as (

    select
        spanned.content_id,
        spanned.platform,
        spanned.metric_date,
        spanned.measure,
        spanned.delivered_count,
        case when spanned.is_cumulative then coalesce(span_totals.counted, 0) else 0 end
            as counted_before,
        spanned.is_cumulative
        and spanned.delivered_count
        < parameters.counter_reset_below * coalesce(span_totals.counted, 0) as is_reset

    from spanned
    left join span_totals
        on
            spanned.content_id = span_totals.content_id
            and spanned.platform = span_totals.platform
            and spanned.measure = span_totals.measure
            and spanned.span = span_totals.span + 1
    cross join parameters

),

incremented as (

    select
        content_id,
        platform,
        metric_date,
        measure,
        delivered_count - case when is_reset then 0 else counted_before end as increment,
        is_reset

    from compared

),

final as (

    select
        content_id,
        metric_date,
        platform,
        {%- for measure in measures %}
            cast(max(case when measure = '{{ measure }}' then increment end) as bigint)
                as {{ measure }},
        {%- endfor %}
        max(case when is_reset then 1 else 0 end) = 1 as is_reset

    from incremented
    group by content_id, metric_date, platform

)

select * from final
