{# A published model is named published_<mart> in dbt and <mart> in the schema marts; an older version keeps its _v<n>. #}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- set name = (custom_alias_name or node.name).removeprefix("published_") -%}
    {%- if node.version and node.version != node.latest_version -%}
        {{ name }}_v{{ node.version }}
    {%- else -%}
        {{ name }}
    {%- endif -%}
{%- endmacro %}
