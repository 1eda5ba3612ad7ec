{# (exp(value) - 1) / value without cancellation, 1 at 0: the series below 0.5, whose rest is under 1e-18. #}
{% macro expm1_ratio(value) -%}
    (
        case
            when abs({{ value }}) < 0.5
                then
                    cast(1 as double)
                    {%- for n in range(2, 17) %} + ({{ value }}) / {{ n }} * (cast(1 as double){% endfor %}
                    {%- for n in range(2, 17) %}){% endfor %}
            else (exp({{ value }}) - cast(1 as double)) / ({{ value }})
        end
    )
{%- endmacro %}
