{# Sum of doubles between 0 and 1 over rows, the same in whatever order they come: added as decimals of 24 places. #}
{% macro sum_exactly(value) -%}
    cast(sum(cast({{ value }} as decimal(38, 24))) as double)
{%- endmacro %}
