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

-- A recency class with too few responses joins the next more recent one, from the last class on.
sized as (

    select
        cells.*,
        parameters.nps_min_stratum_responses as least,
        sum(case when cells.recency_class = 1 then cells.responses else 0 end) over row_of_mart
            as class_1,
        sum(case when cells.recency_class = 2 then cells.responses else 0 end) over row_of_mart
            as class_2,
        sum(case when cells.recency_class = 3 then cells.responses else 0 end) over row_of_mart
            as class_3,
        sum(case when cells.recency_class = 4 then cells.responses else 0 end) over row_of_mart
            as class_4

    from cells
    cross join parameters
    window row_of_mart as (
        partition by cells.survey_id, cells.period_type, cells.period_end, cells.segment
    )

),

joined_to_3 as (

    select
        *,
        class_4 >= least as is_4_apart,
        class_3 + case when class_4 < least then class_4 else 0 end as from_3

    from sized

),

joined_to_2 as (

    select
        *,
        from_3 >= least as is_3_apart,
        class_2 + case when from_3 < least then from_3 else 0 end as from_2

    from joined_to_3

),

joined_to_1 as (

    select
        *,
        from_2 >= least as is_2_apart,
        class_1 + case when from_2 < least then from_2 else 0 end as from_1

    from joined_to_2

),

grouped as (

    select
        *,
        case
            when recency_class = 4 and is_4_apart then 4
            when recency_class >= 3 and is_3_apart then 3
            when recency_class >= 2 and is_2_apart then 2
            else 1
        end as group_from_last,
        case when is_2_apart then 2 when is_3_apart then 3 when is_4_apart then 4 else 1 end
            as next_group

    from joined_to_1

),

-- The first group, too, joins its neighbour where it has too few.
settled as (

    select
        *,
        case when from_1 < least and group_from_last = next_group then 1 else group_from_last end
            as recency_group

    from grouped

),

orders_sized as (

    select
        *,
        sum(responses) over (
            partition by
                survey_id, period_type, period_end, segment, recency_group, orders_class
        ) as orders_responses

    from settled

),

named as (

    select
        *,
        case
            when
                min(orders_responses) over (
                    partition by survey_id, period_type, period_end, segment, recency_group
                ) >= least
                then orders_class
            else 0
        end as orders_group

    from orders_sized

),

final as (

    select
        survey_id,
        period_type,
        period_end,
        segment,
        recency_group,
        orders_group,
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
    group by
        survey_id, period_type, period_end, segment, recency_group, orders_group, population_basis

)

select * from final
