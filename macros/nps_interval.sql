{#
    NPS as promoter share less detractor share, its variance, and its bounds times 100, clipped to [-100, 100].
    Counts may be fractions (effective responses). Variance [p + d - (p - d)²] / n; below wald_min responses
    with three pseudo-responses, 3/4 promoter, 3/2 passive, 3/4 detractor (adjusted Wald, Rocks 2016).
    All are null without promoters or detractors, which greatest and least would skip.
#}
{% macro nps_pseudo_responses(responses, wald_min) -%}
    (case when {{ responses }} < {{ wald_min }} then 3.0 else 0.0 end)
{%- endmacro %}

{% macro nps_centre(promoters, detractors, responses, wald_min) -%}
    {{ safe_divide(
        "(" ~ promoters ~ ") - (" ~ detractors ~ ")",
        "(" ~ responses ~ ") + " ~ nps_pseudo_responses(responses, wald_min)
    ) }}
{%- endmacro %}

{% macro nps_variance(promoters, detractors, responses, wald_min) -%}
    {%- set pseudo = nps_pseudo_responses(responses, wald_min) -%}
    {%- set counted = "(" ~ responses ~ ") + " ~ pseudo -%}
    {{ safe_divide(
        "case when (" ~ promoters ~ ") + (" ~ detractors ~ ") is not null then greatest(0.0, "
        ~ safe_divide("(" ~ promoters ~ ") + (" ~ detractors ~ ") + " ~ pseudo ~ " / 2.0", counted)
        ~ " - power(" ~ nps_centre(promoters, detractors, responses, wald_min) ~ ", 2)) end",
        counted
    ) }}
{%- endmacro %}

{% macro nps_low(promoters, detractors, responses, z, wald_min) -%}
    case
        when {{ responses }} > 0 and ({{ promoters }}) + ({{ detractors }}) is not null
            then greatest(-100.0, 100.0 * (
                {{ nps_centre(promoters, detractors, responses, wald_min) }}
                - {{ z }} * sqrt({{ nps_variance(promoters, detractors, responses, wald_min) }})
            ))
    end
{%- endmacro %}

{% macro nps_high(promoters, detractors, responses, z, wald_min) -%}
    case
        when {{ responses }} > 0 and ({{ promoters }}) + ({{ detractors }}) is not null
            then least(100.0, 100.0 * (
                {{ nps_centre(promoters, detractors, responses, wald_min) }}
                + {{ z }} * sqrt({{ nps_variance(promoters, detractors, responses, wald_min) }})
            ))
    end
{%- endmacro %}
