-- Strata hold every placed response of their period and, in 'all', everybody of its rounds once; no
-- stratum is without a response.
with

strata as (

    select
        survey_id,
        period_type,
        period_end,
        sum(responses) as responses,
        sum(population) as population,
        min(responses) as least_responses

    from {{ ref('int_nps_strata_formed') }}
    where segment = 'all'
    group by survey_id, period_type, period_end

),

placed as (

    select
        responses.survey_id,
        periods.period_type,
        periods.period_end,
        responses.survey_round,
        count(*) as responses

    from {{ ref('int_survey_periods_listed') }} as periods
    inner join {{ ref('int_nps_responses_placed') }} as responses
        on responses.responded_on between periods.period_start and periods.period_end
    group by
        responses.survey_id, periods.period_type, periods.period_end, responses.survey_round

),

populations as (

    select
        survey_id,
        survey_round,
        sum(population) as population

    from {{ ref('int_survey_populations_counted') }}
    group by survey_id, survey_round

),

expected as (

    select
        placed.survey_id,
        placed.period_type,
        placed.period_end,
        sum(placed.responses) as responses,
        sum(populations.population) as population

    from placed
    inner join populations
        on
            placed.survey_id = populations.survey_id
            and placed.survey_round = populations.survey_round
    group by placed.survey_id, placed.period_type, placed.period_end

)

select
    expected.survey_id,
    expected.period_type,
    expected.period_end,
    expected.responses,
    expected.population,
    strata.responses as responses_of_strata,
    strata.population as population_of_strata,
    strata.least_responses

from expected
left join strata
    on
        expected.survey_id = strata.survey_id
        and expected.period_type = strata.period_type
        and expected.period_end = strata.period_end
where
    strata.responses is distinct from expected.responses
    or strata.population is distinct from expected.population
    or strata.least_responses < 1
