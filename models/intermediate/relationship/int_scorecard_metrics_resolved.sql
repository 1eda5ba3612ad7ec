with

metrics as (

    select * from {{ ref('scorecard_metrics') }}

),

overrides as (

    select * from {{ ref('stg_relationship__parameter_overrides') }}

),

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

final as (

    select
        metrics.position,
        metrics.metric,
        metrics.label,
        case when metrics.unit = 'currency' then parameters.reporting_currency else metrics.unit end
            as unit,
        metrics.direction,
        metrics.source_mart,
        coalesce(cast(overrides.value as double), metrics.target) as target,
        metrics.low,
        metrics.high

    from metrics
    left join overrides on {{ dbt.concat(["'target_'", "metrics.metric"]) }} = overrides.parameter
    cross join parameters

)

select * from final
