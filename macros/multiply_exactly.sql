{#
    The exact product of two decimals of up to 18 digits, of which the first has so many places: a product of two that
    fit 18 digits is held to 18 by DuckDB; where one may have 19, it has up to 38, and no engine has to round it.
#}
{% macro multiply_exactly(value, factor, places=4) -%}
    (cast({{ value }} as decimal(19, {{ places }})) * {{ factor }})
{%- endmacro %}
