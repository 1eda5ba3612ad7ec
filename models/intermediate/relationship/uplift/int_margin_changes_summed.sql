{% set groups = [("'all'", "'all'"), ("party_type", "'all'"), ("'all'", "segment")] -%}
with

windows as (

    select * from {{ ref('int_programme_windows_set') }}

),

candidates as (

    select * from {{ ref('int_uplift_candidates_classed') }}
    where
        design = 'observed'
        and is_treated

),

changed as (

    {% for party_type, segment in groups -%}
        {{ "union all" if not loop.first }}
        select
            windows.window_month,
            candidates.programme_id,
            {{ party_type.replace("party_type", "candidates.party_type") }} as party_type,
            {{ segment.replace("segment", "candidates.segment") }} as segment,
            candidates.has_before,
            candidates.margin_after - candidates.margin_before as margin_change

        from candidates
        inner join windows
            on
                candidates.programme_id = windows.programme_id
                and candidates.treated_month >= windows.window_start
                and candidates.treated_month <= windows.window_end
    {% endfor %}

),

summed as (

    select
        window_month,
        programme_id,
        party_type,
        segment,
        count(*) as n_measured,
        sum(case when has_before then 1 else 0 end) as n_changed,
        sum(case when has_before then margin_change end) as total_change,
        sum(case when has_before then {{ multiply_exactly('margin_change', 'margin_change') }} end)
            as total_square

    from changed
    group by window_month, programme_id, party_type, segment

),

final as (

    select
        window_month,
        programme_id,
        party_type,
        segment,
        cast(n_measured as bigint) as n_measured,
        cast(n_changed as bigint) as n_changed,
        cast(total_change as double) as margin_change,
        case
            when n_changed > 1
                then sqrt(n_changed * {{ safe_divide(
                    'greatest(0.0, cast(total_square as double) - '
                    ~ safe_divide(
                        'cast(total_change as double) * cast(total_change as double)', 'n_changed'
                    ) ~ ')',
                    'n_changed - 1'
                ) }})
        end as margin_change_error

    from summed

)

select * from final
