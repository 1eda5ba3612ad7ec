{# Empty tables where nothing was fitted yet, typed from the YAML of the source, so that the models that read them build. #}
{% macro create_missing_fits() -%}
    {%- if execute -%}
        {%- for source in graph.sources.values() | selectattr("schema", "equalto", "fits") %}
            create schema if not exists {{ source.schema }};
            create table if not exists {{ source.schema }}.{{ source.name }} (
                {%- for column in source.columns.values() %}
                    {{ adapter.quote(column.name) }} {{ column.data_type }}{{ "," if not loop.last }}
                {%- endfor %}
            );
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
