{# JSON text of the numbers that are not null among the columns given, in their order. #}
{% macro json_object(names, columns) -%}
    '{' || concat_ws(
        ', '
        {%- for name in names %},
            '"{{ name }}": ' || cast({{ columns[loop.index0] }} as {{ dbt.type_string() }})
        {%- endfor %}
    ) || '}'
{%- endmacro %}
