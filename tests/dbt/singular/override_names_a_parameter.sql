-- A misspelt override would change nothing and say nothing.
select
    overrides.parameter,
    overrides.value,
    overrides.reason
from {{ ref('stg_relationship__parameter_overrides') }} as overrides
left join {{ ref('parameters') }} as parameters on overrides.parameter = parameters.parameter
left join {{ ref('scorecard_metrics') }} as metrics
    on overrides.parameter = {{ dbt.concat(["'target_'", "metrics.metric"]) }}
where parameters.parameter is null and metrics.metric is null
