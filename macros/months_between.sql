{# Calendar months from one date to a later one, days ignored, as bigint. #}
{% macro months_between(earlier, later) -%}
    cast(
        (extract(year from {{ later }}) - extract(year from {{ earlier }})) * 12
        + extract(month from {{ later }}) - extract(month from {{ earlier }})
        as bigint
    )
{%- endmacro %}
