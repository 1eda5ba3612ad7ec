{#
    ln(1 + value) at full precision for small values too, from ln alone: the rounding of 1 + value is made again in
    the denominator (Kahan; Goldberg 1991, "What every computer scientist should know", theorem 4). For value >= 0.
#}
{% macro log1p(value) -%}
    (
        case
            when cast(1 as double) + ({{ value }}) = cast(1 as double) then {{ value }}
            else
                ln(cast(1 as double) + ({{ value }}))
                * (({{ value }}) / ((cast(1 as double) + ({{ value }})) - cast(1 as double)))
        end
    )
{%- endmacro %}
