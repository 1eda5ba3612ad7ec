{# Sum of doubles over rows, the same in whatever order they come: added as decimals of 24 places, 14 digits before the point. #}
{% macro sum_exactly(value) -%}
    cast(sum(cast({{ value }} as decimal(38, 24))) as double)
{%- endmacro %}
