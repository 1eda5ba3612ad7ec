{# A date moved by a number of months (expression or literal). #}
{% macro add_months(value, months) -%}
    {{ adapter.dispatch("add_months")(value, months) }}
{%- endmacro %}

{% macro duckdb__add_months(value, months) -%}
    cast({{ value }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}
