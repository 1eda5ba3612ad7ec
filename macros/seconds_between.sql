{# Whole seconds from one time stamp to a later one, as bigint; fractions of a second are cut off both. #}
{% macro seconds_between(earlier, later) -%}
    {{ adapter.dispatch("seconds_between")(earlier, later) }}
{%- endmacro %}

{% macro duckdb__seconds_between(earlier, later) -%}
    cast(date_diff('second', {{ earlier }}, {{ later }}) as bigint)
{%- endmacro %}
