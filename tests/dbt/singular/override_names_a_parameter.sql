-- A misspelt override would change nothing and say nothing.
select
    overrides.parameter,
    overrides.value,
    overrides.reason
from {{ ref('stg_relationship__parameter_overrides') }} as overrides
left join {{ ref('parameters') }} as parameters on overrides.parameter = parameters.parameter
where parameters.parameter is null
