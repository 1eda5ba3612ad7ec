with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

periods as (

    select * from {{ ref('int_survey_periods_listed') }}

),

responses as (

    select * from {{ ref('int_nps_responses_placed') }}

),

populations as (

    select * from {{ ref('int_survey_populations_counted') }}

),

responses_in_period as (

    select
        responses.*,
        periods.period_type,
        periods.period_end

    from periods
    inner join responses
        on
            responses.responded_on >= periods.period_start
            and responses.responded_on <= periods.period_end

),

rounds_in_period as (

    select distinct
        survey_id,
        survey_round,
        period_type,
        period_end

    from responses_in_period

),

population_cells as (

    select
        populations.survey_id,
        rounds_in_period.period_type,
        rounds_in_period.period_end,
        case when grouping(populations.segment) = 1 then 'all' else populations.segment end
            as segment,
        populations.recency_class,
        populations.orders_class,
        populations.population_basis,
        sum(populations.population) as population

    from rounds_in_period
    inner join populations
        on
            rounds_in_period.survey_id = populations.survey_id
            and rounds_in_period.survey_round = populations.survey_round
    group by grouping sets (
        (
            populations.survey_id, rounds_in_period.period_type, rounds_in_period.period_end,
            populations.recency_class, populations.orders_class, populations.population_basis
        ),
        (
            populations.survey_id, rounds_in_period.period_type, rounds_in_period.period_end,
            populations.recency_class, populations.orders_class, populations.population_basis,
            populations.segment
        )
    )

),

response_cells as (

    select
        survey_id,
        period_type,
        period_end,
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        recency_class,
        orders_class,
        count(*) as responses,
        sum(weight) as weight_total,
        sum(weight * weight) as weight_squares,
        sum(case when category = 'promoter' then weight else 0 end) as weight_promoters,
        sum(case when category = 'detractor' then weight else 0 end) as weight_detractors

    from responses_in_period
    group by grouping sets (
        (survey_id, period_type, period_end, recency_class, orders_class),
        (survey_id, period_type, period_end, recency_class, orders_class, segment)
    )

),

cells as (

    select
        population_cells.*,
        case when population_cells.recency_class <= 2 then 1 else 2 end as recency_half,
        coalesce(response_cells.responses, 0) as responses,
        coalesce(response_cells.weight_total, 0) as weight_total,
        coalesce(response_cells.weight_squares, 0) as weight_squares,
        coalesce(response_cells.weight_promoters, 0) as weight_promoters,
        coalesce(response_cells.weight_detractors, 0) as weight_detractors

    from population_cells
    left join response_cells
        on
            population_cells.survey_id = response_cells.survey_id
            and population_cells.period_type = response_cells.period_type
            and population_cells.period_end = response_cells.period_end
            and population_cells.segment = response_cells.segment
            and population_cells.recency_class = response_cells.recency_class
            and population_cells.orders_class = response_cells.orders_class

),

sized as (

    select
        *,
        sum(responses) over (
            partition by survey_id, period_type, period_end, segment, recency_half
        ) as half_responses,
        sum(responses) over (
            partition by survey_id, period_type, period_end, segment, recency_class
        ) as class_responses

    from cells

),

-- What stands together is parted only where every part has respondents enough.
compared as (

    select
        sized.*,
        min(sized.half_responses) over (
            partition by sized.survey_id, sized.period_type, sized.period_end, sized.segment
        ) >= parameters.nps_min_stratum_responses as is_parted_by_half,
        min(sized.class_responses) over (
            partition by
                sized.survey_id,
                sized.period_type,
                sized.period_end,
                sized.segment,
                sized.recency_half
        ) >= parameters.nps_min_stratum_responses as is_parted_by_class,
        min(sized.responses) over (
            partition by
                sized.survey_id,
                sized.period_type,
                sized.period_end,
                sized.segment,
                sized.recency_class
        ) >= parameters.nps_min_stratum_responses as is_parted_by_orders

    from sized
    cross join parameters

),

named as (

    select
        *,
        case
            when not is_parted_by_half then 'all'
            when not is_parted_by_class and recency_half = 1 then 'recency 1-2'
            when not is_parted_by_class then 'recency 3-4'
            when not is_parted_by_orders
                then {{ dbt.concat(["'recency '", "cast(recency_class as " ~ dbt.type_string() ~ ")"]) }}
            else {{ dbt.concat([
                "'recency '", "cast(recency_class as " ~ dbt.type_string() ~ ")",
                "' orders '", "cast(orders_class as " ~ dbt.type_string() ~ ")",
            ]) }}
        end as stratum

    from compared

),

final as (

    select
        survey_id,
        period_type,
        period_end,
        segment,
        stratum,
        population_basis,
        cast(sum(population) as bigint) as population,
        cast(sum(case when responses = 0 then population else 0 end) as bigint)
            as population_without_responses,
        cast(sum(responses) as bigint) as responses,
        sum(weight_total) as weight_total,
        sum(weight_squares) as weight_squares,
        sum(weight_promoters) as weight_promoters,
        sum(weight_detractors) as weight_detractors

    from named
    group by survey_id, period_type, period_end, segment, stratum, population_basis

)

select * from final
