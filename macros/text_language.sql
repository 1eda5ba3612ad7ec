{# The language code of a text (en out of EN, en-GB or en_GB); where none was delivered, the parameter's. #}
{% macro text_language(value, default="parameters.default_text_language") -%}
    coalesce(
        nullif(lower({{ dbt.split_part("replace(trim(" ~ value ~ "), '_', '-')", "'-'", 1) }}), ''),
        {{ default }}
    )
{%- endmacro %}
