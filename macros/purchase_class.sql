{#
    Class of a customer by days since the last order (1 the latest; who never ordered is with the longest ago, 4)
    and by orders so far (1 the fewest). Reads the bounds from the CTE `parameters`.
#}
{% macro recency_class(days) -%}
    case
        when {{ days }} <= parameters.nps_recency_days_1 then 1
        when {{ days }} <= parameters.nps_recency_days_2 then 2
        when {{ days }} <= parameters.nps_recency_days_3 then 3
        else 4
    end
{%- endmacro %}

{% macro orders_class(orders) -%}
    case
        when coalesce({{ orders }}, 0) <= parameters.nps_orders_1 then 1
        when {{ orders }} <= parameters.nps_orders_2 then 2
        else 3
    end
{%- endmacro %}
