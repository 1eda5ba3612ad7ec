-- A value outside its range, of the seed or of an override; and the score bands of NPS and the
-- levels of love must not overlap.
with

resolved as (

    select
        parameters.parameter,
        coalesce(overrides.value, parameters.value) as value,
        parameters.low,
        parameters.high

    from {{ ref('parameters') }} as parameters
    left join {{ ref('stg_relationship__parameter_overrides') }} as overrides
        on parameters.parameter = overrides.parameter

),

numbers as (

    select
        *,
        cast(case when low is not null or high is not null then value end as double) as number

    from resolved

)

select
    parameter,
    value,
    low,
    high

from numbers
where
    value is null
    or number < low
    or number > high
union all
select
    'nps_detractor_max' as parameter,
    cast(nps_detractor_max as {{ dbt.type_string() }}) as value,
    cast(null as double) as low,
    cast(nps_promoter_min - 1 as double) as high

from {{ ref('int_parameters_resolved') }}
where nps_detractor_max >= nps_promoter_min
union all
select
    'level_2_min_love' as parameter,
    cast(level_2_min_love as {{ dbt.type_string() }}) as value,
    level_3_min_love as low,
    level_1_min_love as high

from {{ ref('int_parameters_resolved') }}
where
    level_2_min_love < level_3_min_love
    or level_2_min_love > level_1_min_love
