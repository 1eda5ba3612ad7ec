-- A grain that is not one of these would be taken for month.
select cohort_grain
from {{ ref('int_parameters_resolved') }}
where cohort_grain not in ('week', 'month', 'quarter') or cohort_grain is null
