{# First day of the cohort period of a date, by parameters.cohort_grain: month (also where null), week or quarter. #}
{% macro cohort_period(value) -%}
    case parameters.cohort_grain
        when 'week' then {{ trunc_week(value) }}
        when 'quarter' then {{ trunc_date("quarter", value) }}
        else {{ trunc_date("month", value) }}
    end
{%- endmacro %}
