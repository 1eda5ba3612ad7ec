{# CTEs that end in product_limits: by keys, the share still unanswered after so many seconds (Kaplan & Meier 1958)
   with its interval on the scale of ln(-ln S), out of a CTE with keys, seconds, leavers and answers among them. #}
{% macro product_limit(counted, keys) -%}
at_risk_counted as (

    select
        *,
        sum(leavers) over (
            partition by {{ keys | join(', ') }}
            order by seconds desc
            rows between unbounded preceding and current row
        ) as at_risk

    from {{ counted }}

),

factored as (

    select
        *,
        case
            when answers < at_risk then ln({{ safe_divide('at_risk - answers', 'at_risk') }})
            else cast(0 as double)
        end as ln_factor,
        case
            when answers < at_risk
                then {{ safe_divide('answers', 'cast(at_risk as double) * (at_risk - answers)') }}
            else cast(0 as double)
        end as greenwood_term,
        case when answers = at_risk then 1 else 0 end as is_last_answer

    from at_risk_counted

),

-- the product limit as a sum of logarithms, in the order of the waits
accumulated as (

    select
        *,
        sum(ln_factor) over (
            partition by {{ keys | join(', ') }}
            order by seconds
            rows between unbounded preceding and current row
        ) as ln_unanswered,
        sum(greenwood_term) over (
            partition by {{ keys | join(', ') }}
            order by seconds
            rows between unbounded preceding and current row
        ) as greenwood_sum,
        max(is_last_answer) over (
            partition by {{ keys | join(', ') }}
            order by seconds
            rows between unbounded preceding and current row
        ) as has_nobody_left,
        cast(
            sum(answers) over (
                partition by {{ keys | join(', ') }}
                order by seconds
                rows between unbounded preceding and current row
            ) as bigint
        ) as cumulative_answers

    from factored

),

-- on the scale of ln(-ln S), where S is neither 0 nor 1
scaled as (

    select
        *,
        case when ln_unanswered < 0 and has_nobody_left = 0 then ln(-ln_unanswered) end as log_log,
        case
            when ln_unanswered < 0 and has_nobody_left = 0 then sqrt(greenwood_sum) / -ln_unanswered
        end as log_log_error

    from accumulated

),

product_limits as (

    select
        {% for key in keys -%}
            scaled.{{ key }},
        {% endfor -%}
        scaled.seconds,
        scaled.at_risk,
        scaled.answers,
        scaled.cumulative_answers,
        case
            when scaled.has_nobody_left = 1 then cast(0 as double)
            else exp(scaled.ln_unanswered)
        end as unanswered_share,
        exp(-exp(scaled.log_log + parameters.confidence_z * scaled.log_log_error))
            as unanswered_low,
        exp(-exp(scaled.log_log - parameters.confidence_z * scaled.log_log_error))
            as unanswered_high,
        scaled.greenwood_sum

    from scaled
    cross join parameters

)
{%- endmacro %}
