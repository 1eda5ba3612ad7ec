{# A polynomial by Horner's rule; coefficients from the constant on. #}
{% macro polynomial(value, coefficients) -%}
    (
        {%- for coefficient in coefficients[:-1] %}{{ coefficient }} + {{ value }} * ({% endfor -%}
        {{ coefficients[-1] }}
        {%- for coefficient in coefficients[:-1] %}){% endfor -%}
    )
{%- endmacro %}
