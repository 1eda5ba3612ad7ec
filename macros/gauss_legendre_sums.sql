{#
    The nodes of gauss_legendre written out as a sum of a template, where {node} and {weight} stand for a node and its
    weight. No rows, so the order is fixed.
#}
{% macro sum_of_nodes(template) -%}
    (
    {%- for node, weight in gauss_legendre() -%}
        {{ template | replace("{node}", node) | replace("{weight}", weight) }}{{ " + " if not loop.last }}
    {%- endfor -%}
    )
{%- endmacro %}
