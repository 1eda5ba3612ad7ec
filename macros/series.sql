{# A table expression of one column, n = 0 .. count - 1; count is a literal. #}
{% macro series(count) -%}
    {{ adapter.dispatch("series")(count) }}
{%- endmacro %}

{% macro duckdb__series(count) -%}
    (select cast(range as bigint) as n from range({{ count }}))
{%- endmacro %}
