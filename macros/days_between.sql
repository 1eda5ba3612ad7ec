{# Days from one date to a later one, as bigint. #}
{% macro days_between(earlier, later) -%}
    {{ adapter.dispatch("days_between")(earlier, later) }}
{%- endmacro %}

{% macro duckdb__days_between(earlier, later) -%}
    cast({{ later }} - {{ earlier }} as bigint)
{%- endmacro %}
