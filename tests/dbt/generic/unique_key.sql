{# Fails with every key that more than one row carries, or that has a null part. #}
{% test unique_key(model, columns) %}
    select
        {{ columns | join(", ") }},
        count(*) as rows_with_this_key
    from {{ model }}
    group by {{ columns | join(", ") }}
    having
        count(*) > 1
        {% for column in columns %}or {{ column }} is null {% endfor %}
{% endtest %}
