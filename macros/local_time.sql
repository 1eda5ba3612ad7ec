{# A UTC time stamp as the wall clock of a time zone (an expression) shows it; a null zone is UTC. #}
{% macro local_time(value, zone="parameters.reporting_time_zone") -%}
    {{ adapter.dispatch("local_time")(value, zone) }}
{%- endmacro %}

{% macro duckdb__local_time(value, zone) -%}
    case
        when coalesce({{ zone }}, 'UTC') = 'UTC' then {{ value }}
        else timezone({{ zone }}, timezone('UTC', {{ value }}))
    end
{%- endmacro %}
