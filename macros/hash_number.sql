{# A whole number from 0 to 2^28 - 1 out of a text, the same on every engine: the first 7 hexadecimal digits of its MD5. #}
{% macro hash_number(value) -%}
    {{ adapter.dispatch("hash_number")(value) }}
{%- endmacro %}

{% macro duckdb__hash_number(value) -%}
    cast('0x' || substr(md5({{ value }}), 1, 7) as bigint)
{%- endmacro %}
