{# First day of the month, quarter or year of a date. #}
{% macro trunc_date(part, value) -%}
    cast(date_trunc('{{ part }}', {{ value }}) as date)
{%- endmacro %}
