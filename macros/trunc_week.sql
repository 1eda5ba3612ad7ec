{# First day of the week of a date from 1900 on; first_day is an expression, 1 Monday to 7 Sunday; null is Monday. #}
{% macro trunc_week(value, first_day="parameters.week_start") -%}
    {{ add_days(
        value,
        "0 - (" ~ days_between("cast('1900-01-01' as date)", value)
        ~ " + 8 - coalesce(" ~ first_day ~ ", 1)) % 7"
    ) }}
{%- endmacro %}
