{# Quantile of Student's t, from the normal quantile z of the same probability; for 5 and more degrees of freedom
   (Abramowitz & Stegun 1964, 26.7.5). #}
{% macro t_quantile(z, degrees) -%}
    {%- set square = "(" ~ z ~ " * " ~ z ~ ")" -%}
    {{ z }} * {{ polynomial("(1 / cast(" ~ degrees ~ " as double))", [
        "1",
        polynomial(square, ["1", "1"]) ~ " / 4",
        polynomial(square, ["3", "16", "5"]) ~ " / 96",
        polynomial(square, ["-15", "17", "19", "3"]) ~ " / 384",
        polynomial(square, ["-945", "-1920", "1482", "776", "79"]) ~ " / 92160",
    ]) }}
{%- endmacro %}
