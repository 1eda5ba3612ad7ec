{# Keys of the cells from fine to coarse; what is in no stratum at the end makes one of its own. -#}
{% set chains = {
    "full": [
        "full_stratum", "coarse_stratum", "count_signs_stratum", "signs_stratum", "orders_stratum",
        "tenure_class"
    ],
    "purchases": ["purchase_stratum", "count_stratum", "orders_stratum", "tenure_class"],
    "tenure": ["tenure_class"],
    "none": [],
} -%}
{% set columns = [
    "design", "programme_id", "treated_month", "tenure_class", "orders_stratum", "signs_stratum",
    "count_stratum", "count_signs_stratum", "coarse_stratum", "full_stratum", "purchase_stratum"
] -%}
with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

cells as (

    select
        {{ columns | join(",
        ") }},
        0 as level,
        sum(parties) as parties

    from {{ ref('int_uplift_cells_summed') }}
    group by
        {{ columns | join(",
        ") }}

),

-- A cell that is large enough is a stratum. The others of the month, whatever arm their parties are
-- in, are put together by the next coarser key, and so on: no arm has a say in who is compared.
{% for stratification, keys in chains.items() -%}
    {% for key in keys -%}
        {{ stratification }}_{{ loop.index }} as (

            select
                {%- for column in columns %}
                    cells.{{ column }},
                {%- endfor %}
                cells.parties,
                case
                    when cells.level > 0 then cells.level
                    when
                        sum(case when cells.level = 0 then cells.parties else 0 end) over (
                            partition by
                                cells.design,
                                cells.programme_id,
                                cells.treated_month,
                                cells.{{ key }}
                        ) >= parameters.min_stratum_parties
                        then {{ loop.index }}
                    else 0
                end as level

            from {{ "cells" if loop.first else stratification ~ "_" ~ loop.index0 ~ " as cells" }}
            cross join parameters

        ),

    {% endfor -%}
{% endfor -%}
final as (

    {% for stratification, keys in chains.items() -%}
        {{ "union all" if not loop.first }}
        select
            design,
            programme_id,
            treated_month,
            full_stratum,
            purchase_stratum,
            '{{ stratification }}' as stratification,
            case when level = 0 then {{ keys | length + 1 }} else level end as level,
            case level
                when 0 then 0
                {%- for key in keys %}
                    when {{ loop.index }} then {{ key }}
                {%- endfor %}
            end as stratum,
            case
                when level = 0 then 0
                when level < {{ keys | length }} then orders_stratum
                else tenure_class
            end as slope_group

        from {{ stratification ~ "_" ~ keys | length if keys else "cells" }}
    {% endfor %}

)

select * from final
