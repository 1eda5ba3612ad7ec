-- A rule that is not one of these would be taken for latest.
select nps_response_rule
from {{ ref('int_parameters_resolved') }}
where nps_response_rule not in ('latest', 'first') or nps_response_rule is null
