{# Empty tables, typed from the YAML of their source, where Python wrote none yet: what reads them builds all the same. #}
{% macro create_missing_tables() -%}
    {%- if execute -%}
        {%- for source in graph.sources.values() if source.schema in ("computed", "fits") %}
            create schema if not exists {{ source.schema }};
            create table if not exists {{ source.schema }}.{{ source.name }} (
                {%- for column in source.columns.values() %}
                    {{ adapter.quote(column.name) }} {{ column.data_type }}{{ "," if not loop.last }}
                {%- endfor %}
            );
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
