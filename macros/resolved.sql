{# The rows of a staging model under the ids of merged parties: each column *party_id of its input is that of the party the record was merged into. #}
{% macro resolved(model) -%}
    {%- set relation = ref(model) -%}
    {%- set merges = ref("int_parties_merged") -%}
    {%- if execute -%}
        {%- set input = model.split("__")[1] -%}
        {%- set found = graph.sources.values() | selectattr("source_name", "equalto", "raw") | selectattr("name", "equalto", input) | first -%}
        {%- set columns = found.columns.keys() | list -%}
        select
        {%- for column in columns %}
            {%- if column.endswith("party_id") %}
            coalesce(of_{{ column }}.resolved_party_id, {{ input }}.{{ column }}) as {{ column }}
            {%- else %}
            {{ input }}.{{ column }}
            {%- endif %}
            {{- "," if not loop.last }}
        {%- endfor %}
        from {{ relation }} as {{ input }}
        {%- for column in columns if column.endswith("party_id") %}
        left join {{ merges }} as of_{{ column }} on {{ input }}.{{ column }} = of_{{ column }}.party_id
        {%- endfor %}
    {%- else -%}
        select * from {{ relation }}
    {%- endif -%}
{%- endmacro %}
