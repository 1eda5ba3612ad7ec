{#
    The nodes of gauss_legendre written out in a template, where {node}, {weight} and {i} stand for a node, its
    weight and its number: as a list of columns <name>_1, <name>_2, …, or as a sum. No rows, so the order is fixed.
#}
{% macro at_each_node(template, name) -%}
    {%- for node, weight in gauss_legendre() -%}
        {{ template | replace("{node}", node) | replace("{weight}", weight) | replace("{i}", loop.index) }} as {{ name }}_{{ loop.index }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro sum_of_nodes(template) -%}
    (
    {%- for node, weight in gauss_legendre() -%}
        {{ template | replace("{node}", node) | replace("{weight}", weight) | replace("{i}", loop.index) }}{{ " + " if not loop.last }}
    {%- endfor -%}
    )
{%- endmacro %}
