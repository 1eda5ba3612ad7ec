{% set measures = [
    "n_compared", "n_placebo", "active", "orders", "full_price_orders", "margin_after",
    "control_active", "control_orders", "control_full_price_orders", "control_touched",
    "naive", "difference_in_differences", "stratified", "adjusted", "purchases", "placebo", "residual_value"
] -%}
{% set cleaned = [
    "difference_in_differences", "stratified", "adjusted", "purchases", "residual_value"
] -%}
{% set groups = [("'all'", "'all'"), ("party_type", "'all'"), ("'all'", "segment")] -%}
with

windows as (

    select * from {{ ref('int_programme_windows_set') }}

),

strata as (

    select * from {{ ref('int_uplift_strata_averaged') }}

),

buckets as (

    select * from {{ ref('int_uplift_buckets_compared') }}

),

in_window as (

    select
        windows.window_month,
        buckets.*

    from buckets
    inner join windows
        on
            buckets.programme_id = windows.programme_id
            and buckets.treated_month >= windows.window_start
            and buckets.treated_month <= windows.window_end

),

grouped as (

    {% for party_type, segment in groups -%}
        {{ "union all" if not loop.first }}
        select
            window_month,
            design,
            programme_id,
            {{ party_type }} as party_type,
            {{ segment }} as segment,
            bucket,
            stratification,
            n_compared,
            n_placebo,
            active,
            orders,
            full_price_orders,
            margin_after,
            control_active,
            control_orders,
            control_full_price_orders,
            control_touched,
            after_difference,
            before_difference,
            adjusted_difference,
            placebo_difference,
            residual_difference

        from in_window
    {% endfor %}

),

by_bucket as (

    select
        window_month,
        design,
        programme_id,
        party_type,
        segment,
        bucket,
        {% for measure in measures[:10] -%}
            {{ sum_exactly("case when stratification = 'full' then " ~ measure ~ " else 0 end") }}
                as {{ measure }},
        {% endfor -%}
        {{ sum_exactly("case when stratification = 'none' then after_difference else 0 end") }}
            as naive,
        {{ sum_exactly(
            "case when stratification = 'tenure' then after_difference - before_difference else 0 end"
        ) }} as difference_in_differences,
        {{ sum_exactly("case when stratification = 'full' then after_difference else 0 end") }}
            as stratified,
        {{ sum_exactly("case when stratification = 'full' then adjusted_difference else 0 end") }}
            as adjusted,
        {{ sum_exactly(
            "case when stratification = 'purchases' then adjusted_difference else 0 end"
        ) }} as purchases,
        {{ sum_exactly("case when stratification = 'full' then placebo_difference else 0 end") }}
            as placebo,
        -- null where nobody is valued, as without a fitted model
        {{ sum_exactly("case when stratification = 'full' then residual_difference end") }}
            as residual_value

    from grouped
    group by
        window_month,
        design,
        programme_id,
        party_type,
        segment,
        bucket

),

totals as (

    select
        window_month,
        design,
        programme_id,
        party_type,
        {%- for measure in measures %}
            {{ sum_exactly(measure) }} as {{ measure }},
        {%- endfor %}
        segment

    from by_bucket
    group by
        window_month,
        design,
        programme_id,
        party_type,
        segment

),

-- everybody, and everybody but the parties of one bucket
left_out as (

    select
        *,
        cast(-1 as bigint) as bucket,
        cast(1 as double) as scale,
        cast(1 as double) as placebo_scale

    from totals
    union all
    select
        totals.window_month,
        totals.design,
        totals.programme_id,
        totals.party_type,
        {%- for measure in measures %}
            totals.{{ measure }} - coalesce(by_bucket.{{ measure }}, 0) as {{ measure }},
        {%- endfor %}
        totals.segment,
        by_bucket.bucket,
        {{ safe_divide('totals.n_compared', 'totals.n_compared - by_bucket.n_compared') }} as scale,
        {{ safe_divide('totals.n_placebo', 'totals.n_placebo - by_bucket.n_placebo') }}
            as placebo_scale

    from totals
    inner join by_bucket
        on
            totals.window_month = by_bucket.window_month
            and totals.design = by_bucket.design
            and totals.programme_id = by_bucket.programme_id
            and totals.party_type = by_bucket.party_type
            and totals.segment = by_bucket.segment

),

contaminated as (

    select
        window_month,
        design,
        programme_id,
        bucket,
        greatest(
            0.0, coalesce({{ safe_divide('control_touched', 'margin_after') }}, 0)
        ) as touched_share

    from left_out
    where
        party_type = 'all'
        and segment = 'all'

),

-- by lot, the treated would have varied as the controls do: that is the chance in the effect on the
-- very ones who were treated, and not how the effect differs between them (in millions: squares of
-- large amounts would not fit); the arms of a month share its controls, whose errors add up
variances_of_months as (

    select
        windows.window_month,
        strata.design,
        strata.programme_id,
        strata.treated_month,
        {{ sum_exactly('n_treated / 1e6 * control_variance') }} as as_controls,
        {{ sum_exactly('n_treated / 1e6 * coalesce(treated_variance, control_variance)') }}
            as as_treated,
        power({{ sum_exactly(
            'n_treated / 1e3 * sqrt(greatest(0.0, control_variance) / n_control)'
        ) }}, 2) as of_controls

    from strata
    inner join windows
        on
            strata.programme_id = windows.programme_id
            and strata.treated_month >= windows.window_start
            and strata.treated_month <= windows.window_end
    where
        strata.design = 'randomised'
        and strata.stratification = 'full'
    group by windows.window_month, strata.design, strata.programme_id, strata.treated_month

),

chances as (

    select
        window_month,
        design,
        programme_id,
        sqrt(greatest(0.0, coalesce({{ safe_divide(
            sum_exactly('as_controls + of_controls'), sum_exactly('as_treated + of_controls')
        ) }}, 1))) as error_ratio

    from variances_of_months
    group by window_month, design, programme_id

),

-- a bucket in which the programme has nobody leaves the share of the programme as it is
estimated as (

    select
        left_out.*,
        coalesce(contaminated.touched_share, everybody.touched_share) as touched_share,
        {% for measure in cleaned -%}
            left_out.scale * left_out.{{ measure }}
            / nullif(
                1 - least(0.9, coalesce(contaminated.touched_share, everybody.touched_share)), 0
            ) as {{ measure }}_effect,
        {% endfor -%}
        left_out.scale * left_out.naive as naive_effect,
        left_out.placebo_scale * left_out.placebo as placebo_effect

    from left_out
    inner join contaminated as everybody
        on
            left_out.window_month = everybody.window_month
            and left_out.design = everybody.design
            and left_out.programme_id = everybody.programme_id
            and everybody.bucket = -1
    left join contaminated
        on
            left_out.window_month = contaminated.window_month
            and left_out.design = contaminated.design
            and left_out.programme_id = contaminated.programme_id
            and left_out.bucket = contaminated.bucket

),

final as (

    select
        estimated.window_month,
        estimated.design,
        estimated.programme_id,
        estimated.party_type,
        estimated.segment,
        estimated.bucket,
        {%- for measure in measures[:10] %}
            estimated.{{ measure }},
        {%- endfor %}
        estimated.touched_share,
        estimated.naive_effect,
        estimated.difference_in_differences_effect,
        estimated.stratified_effect,
        case
            when chances.error_ratio is null then estimated.adjusted_effect
            else
                everybody.adjusted_effect
                + chances.error_ratio * (estimated.adjusted_effect - everybody.adjusted_effect)
        end as adjusted_effect,
        estimated.purchases_effect,
        estimated.placebo_effect,
        estimated.residual_value_effect

    from estimated
    inner join estimated as everybody
        on
            estimated.window_month = everybody.window_month
            and estimated.design = everybody.design
            and estimated.programme_id = everybody.programme_id
            and estimated.party_type = everybody.party_type
            and estimated.segment = everybody.segment
            and everybody.bucket = -1
    left join chances
        on
            estimated.window_month = chances.window_month
            and estimated.design = chances.design
            and estimated.programme_id = chances.programme_id

)

select * from final
