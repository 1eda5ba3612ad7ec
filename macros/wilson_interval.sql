{# Bounds of the Wilson score interval of a proportion (Wilson 1927), clipped to [0, 1]; null without trials or without successes. #}
{% macro wilson_low(successes, trials, z) -%}
    case
        when {{ trials }} > 0 and ({{ successes }}) is not null
            then greatest(
                0.0,
                {{ wilson_centre(successes, trials, z) }} - {{ wilson_half_width(successes, trials, z) }}
            )
    end
{%- endmacro %}

{% macro wilson_high(successes, trials, z) -%}
    case
        when {{ trials }} > 0 and ({{ successes }}) is not null
            then least(
                1.0,
                {{ wilson_centre(successes, trials, z) }} + {{ wilson_half_width(successes, trials, z) }}
            )
    end
{%- endmacro %}

{% macro wilson_centre(successes, trials, z) -%}
    {{ safe_divide(successes ~ " + " ~ z ~ " * " ~ z ~ " / 2.0", trials ~ " + " ~ z ~ " * " ~ z) }}
{%- endmacro %}

{% macro wilson_half_width(successes, trials, z) -%}
    {{ safe_divide(
        z ~ " * sqrt(" ~ safe_divide("cast(" ~ successes ~ " as double) * (" ~ trials ~ " - " ~ successes ~ ")", trials)
        ~ " + " ~ z ~ " * " ~ z ~ " / 4.0)",
        trials ~ " + " ~ z ~ " * " ~ z
    ) }}
{%- endmacro %}
