{# The UTC time stamp at which the clocks of a time zone show a local one; a null zone is UTC. #}
{% macro utc_time(value, zone="parameters.reporting_time_zone") -%}
    {{ adapter.dispatch("utc_time")(value, zone) }}
{%- endmacro %}

{% macro duckdb__utc_time(value, zone) -%}
    case
        when coalesce({{ zone }}, 'UTC') = 'UTC' then {{ value }}
        else timezone('UTC', timezone({{ zone }}, {{ value }}))
    end
{%- endmacro %}
