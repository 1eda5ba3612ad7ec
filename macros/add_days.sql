{# A date moved by a number of days (expression or literal). #}
{% macro add_days(value, days) -%}
    {{ adapter.dispatch("add_days")(value, days) }}
{%- endmacro %}

{% macro duckdb__add_days(value, days) -%}
    ({{ value }} + cast({{ days }} as integer))
{%- endmacro %}
