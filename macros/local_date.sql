{# The calendar day of a UTC time stamp in a time zone: the one place where a time becomes a day. #}
{% macro local_date(value, zone="parameters.reporting_time_zone") -%}
    cast({{ local_time(value, zone) }} as date)
{%- endmacro %}
