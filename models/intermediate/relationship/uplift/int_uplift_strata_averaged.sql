with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

cells as (

    select * from {{ ref('int_uplift_cells_summed') }}

),

merged as (

    select * from {{ ref('int_uplift_strata_merged') }}

),

summed as (

    select
        merged.design,
        merged.programme_id,
        merged.treated_month,
        merged.stratification,
        merged.level,
        merged.stratum,
        merged.slope_group,
        cells.is_treated,
        count(distinct cells.bucket) as buckets,
        cast(sum(cells.parties) as double) as parties,
        cast(sum(cells.active) as double) as active,
        cast(sum(cells.orders) as double) as orders,
        cast(sum(cells.full_price_orders) as double) as full_price_orders,
        cast(sum(cells.residual_clv) as double) as residual_clv,
        cast(sum(cells.orders_before) as double) as orders_before,
        cast(sum(cells.margin_before) as double) as margin_before,
        cast(sum(cells.margin_after) as double) as margin_after,
        cast(sum(cells.margin_long_before) as double) as margin_long_before,
        cast(sum(cells.margin_touched) as double) as margin_touched,
        cast(sum(cells.square_before) as double) as square_before,
        cast(sum(cells.square_after) as double) as square_after,
        cast(sum(cells.product_after) as double) as product_after,
        cast(sum(cells.product_long_before) as double) as product_long_before,
        cast(sum(cells.orders_square) as double) as orders_square,
        cast(sum(cells.orders_product_before) as double) as orders_product_before,
        cast(sum(cells.orders_product_after) as double) as orders_product_after,
        cast(sum(cells.orders_product_long_before) as double) as orders_product_long_before

    from merged
    inner join cells
        on
            merged.design = cells.design
            and merged.programme_id = cells.programme_id
            and merged.treated_month = cells.treated_month
            and merged.full_stratum = cells.full_stratum
            and merged.purchase_stratum = cells.purchase_stratum
    group by
        merged.design,
        merged.programme_id,
        merged.treated_month,
        merged.stratification,
        merged.level,
        merged.stratum,
        merged.slope_group,
        cells.is_treated

),

-- least squares on orders and margin before, within strata and pooled over months: among the
-- controls, and where the lot decided, in both arms
moments as (

    select
        design,
        programme_id,
        stratification,
        level,
        slope_group,
        {{ sum_exactly('square_before - margin_before * margin_before / parties') }} as s_xx,
        {{ sum_exactly('orders_square - orders_before * orders_before / parties') }} as s_nn,
        {{ sum_exactly('orders_product_before - orders_before * margin_before / parties') }}
            as s_xn,
        {{ sum_exactly('product_after - margin_before * margin_after / parties') }} as s_xy,
        {{ sum_exactly('orders_product_after - orders_before * margin_after / parties') }}
            as s_ny,
        {{ sum_exactly('product_long_before - margin_before * margin_long_before / parties') }}
            as s_xp,
        {{ sum_exactly(
            'orders_product_long_before - orders_before * margin_long_before / parties'
        ) }} as s_np

    from summed
    where design = 'randomised' or not is_treated
    group by
        design,
        programme_id,
        stratification,
        level,
        slope_group

),

slopes as (

    select
        *,
        s_xx * s_nn - s_xn * s_xn > 1e-6 * s_xx * s_nn as has_both,
        s_xx > 1e-6 as has_margin,
        nullif(s_xx * s_nn - s_xn * s_xn, 0) as determinant

    from moments

),

fitted as (

    select
        *,
        case
            when has_both then (s_xy * s_nn - s_ny * s_xn) / determinant
            when has_margin then s_xy / s_xx
            else 0
        end as slope,
        case when has_both then (s_ny * s_xx - s_xy * s_xn) / determinant else 0 end
            as orders_slope,
        case
            when has_both then (s_xp * s_nn - s_np * s_xn) / determinant
            when has_margin then s_xp / s_xx
            else 0
        end as placebo_slope,
        case when has_both then (s_np * s_xx - s_xp * s_xn) / determinant else 0 end
            as placebo_orders_slope

    from slopes

),

sloped as (

    select
        summed.*,
        fitted.slope,
        fitted.orders_slope,
        fitted.placebo_slope,
        fitted.placebo_orders_slope

    from summed
    inner join fitted
        on
            summed.design = fitted.design
            and summed.programme_id = fitted.programme_id
            and summed.stratification = fitted.stratification
            and summed.level = fitted.level
            and summed.slope_group = fitted.slope_group

),

-- by lot, squares of what the mean of the arm and the slopes leave of the margin after, over n - 1
arms as (

    select
        *,
        (
            square_after - margin_after * margin_after / parties
            - 2 * slope * (product_after - margin_before * margin_after / parties)
            - 2 * orders_slope * (orders_product_after - orders_before * margin_after / parties)
            + slope * slope * (square_before - margin_before * margin_before / parties)
            + 2 * slope * orders_slope
            * (orders_product_before - orders_before * margin_before / parties)
            + orders_slope * orders_slope
            * (orders_square - orders_before * orders_before / parties)
        ) / nullif(parties - 1, 0) as residual_variance

    from sloped

),

final as (

    select
        control.design,
        control.programme_id,
        control.treated_month,
        control.stratification,
        control.level,
        control.stratum,
        cast(treated.parties as bigint) as n_treated,
        cast(control.parties as bigint) as n_control,
        control.active / control.parties as mean_active,
        control.orders / control.parties as mean_orders,
        control.full_price_orders / control.parties as mean_full_price_orders,
        control.residual_clv / control.parties as mean_residual_clv,
        control.orders_before / control.parties as mean_orders_before,
        control.margin_before / control.parties as mean_before,
        control.margin_after / control.parties as mean_after,
        control.margin_long_before / control.parties as mean_long_before,
        control.margin_touched / control.parties as mean_touched,
        treated.residual_variance as treated_variance,
        control.residual_variance as control_variance,
        control.slope,
        control.orders_slope,
        control.placebo_slope,
        control.placebo_orders_slope

    from arms as control
    inner join arms as treated
        on
            control.design = treated.design
            and control.programme_id = treated.programme_id
            and control.treated_month = treated.treated_month
            and control.stratification = treated.stratification
            and control.level = treated.level
            and control.stratum = treated.stratum
    cross join parameters
    where
        treated.is_treated
        and not control.is_treated
        and control.parties >= 2
        and control.buckets >= 2
        and (
            control.design = 'randomised'
            or treated.parties <= parameters.max_propensity * (treated.parties + control.parties)
        )

)

select * from final
