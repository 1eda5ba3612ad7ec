{#
    Sum of doubles over rows, the same in whatever order they come, as far as 1e29: their whole millions and what is
    left of them, of 24 places, are added apart as decimals.
#}
{% macro sum_exactly(value) -%}
    {%- set millions = "cast((" ~ value ~ ") / 1e6 as decimal(38, 0)) * 1000000" -%}
    (
        cast(sum({{ millions }}) as double)
        + cast(sum(cast(({{ value }}) - {{ millions }} as decimal(38, 24))) as double)
    )
{%- endmacro %}
