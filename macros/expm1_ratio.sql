{#
    (exp(value) - 1) / value at full precision for small values too, 1 at 0: the rounding of exp(value) is made again in
    the denominator, as in log1p (Kahan).
#}
{% macro expm1_ratio(value) -%}
    (
        case
            when abs({{ value }}) > 0.5 then (exp({{ value }}) - 1) / ({{ value }})
            when exp({{ value }}) = cast(1 as double) then cast(1 as double)
            else (exp({{ value }}) - 1) / ln(exp({{ value }}))
        end
    )
{%- endmacro %}
