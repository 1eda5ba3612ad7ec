{# One parameter as a column of its type, out of rows of (parameter, value). #}
{% macro parameter(name, data_type) -%}
    cast(max(case when parameter = '{{ name }}' then value end) as {{ data_type }}) as {{ name }}
{%- endmacro %}
