with

cells as (

    select * from {{ ref('int_uplift_cells_summed') }}

),

merged as (

    select * from {{ ref('int_uplift_strata_merged') }}

),

strata as (

    select * from {{ ref('int_uplift_strata_averaged') }}

),

-- both arms of every stratum, bucket by bucket and group by group, as differences from the
-- controls' mean of the stratum
groups as (

    select
        strata.design,
        strata.programme_id,
        strata.treated_month,
        strata.stratification,
        strata.level,
        strata.stratum,
        cells.is_treated,
        cells.party_type,
        cells.segment,
        cells.bucket,
        cells.parties,
        cells.active,
        cells.orders,
        cells.full_price_orders,
        cells.margin_after,
        cells.has_placebo,
        cells.parties * strata.mean_active as control_active,
        cells.parties * strata.mean_orders as control_orders,
        cells.parties * strata.mean_full_price_orders as control_full_price_orders,
        cast(cells.residual_clv as double) - cells.parties * strata.mean_residual_clv
            as residual_difference,
        cells.parties * strata.mean_touched as control_touched,
        cast(cells.margin_after as double) - cells.parties * strata.mean_after as after_difference,
        cast(cells.margin_before as double) - cells.parties * strata.mean_before
            as before_difference,
        cast(cells.orders_before as double) - cells.parties * strata.mean_orders_before
            as orders_difference,
        cast(cells.margin_long_before as double) - cells.parties * strata.mean_long_before
            as placebo_difference,
        strata.slope,
        strata.orders_slope,
        strata.placebo_slope,
        strata.placebo_orders_slope,
        strata.n_control

    from strata
    inner join merged
        on
            strata.design = merged.design
            and strata.programme_id = merged.programme_id
            and strata.treated_month = merged.treated_month
            and strata.stratification = merged.stratification
            and strata.level = merged.level
            and strata.stratum = merged.stratum
    inner join cells
        on
            merged.design = cells.design
            and merged.programme_id = cells.programme_id
            and merged.treated_month = cells.treated_month
            and merged.full_stratum = cells.full_stratum
            and merged.purchase_stratum = cells.purchase_stratum

),

adjusted as (

    select
        *,
        after_difference - slope * before_difference - orders_slope * orders_difference
            as adjusted_difference,
        placebo_difference
        - placebo_slope * before_difference
        - placebo_orders_slope * orders_difference as adjusted_placebo_difference

    from groups

),

treated as (

    select
        design,
        programme_id,
        treated_month,
        stratification,
        level,
        stratum,
        party_type,
        segment,
        sum(parties) as parties,
        sum(case when has_placebo then parties else 0 end) as placebo_parties

    from adjusted
    where is_treated
    group by
        design,
        programme_id,
        treated_month,
        stratification,
        level,
        stratum,
        party_type,
        segment

),

controls as (

    select
        design,
        programme_id,
        treated_month,
        stratification,
        level,
        stratum,
        bucket,
        min(n_control) as n_control,
        {{ sum_exactly('residual_difference') }} as residual_difference,
        {{ sum_exactly('after_difference') }} as after_difference,
        {{ sum_exactly('before_difference') }} as before_difference,
        {{ sum_exactly('adjusted_difference') }} as adjusted_difference,
        {{ sum_exactly('adjusted_placebo_difference') }} as adjusted_placebo_difference

    from adjusted
    where not is_treated
    group by
        design,
        programme_id,
        treated_month,
        stratification,
        level,
        stratum,
        bucket

),

-- a control that is left out moves its stratum's mean, and with it the counterfactual of each of
-- the treated there; over the buckets of a stratum this sums to 0
parts as (

    select
        design,
        programme_id,
        treated_month,
        stratification,
        party_type,
        segment,
        bucket,
        parties,
        case when has_placebo then parties else 0 end as placebo_parties,
        active,
        orders,
        full_price_orders,
        margin_after,
        control_active,
        control_orders,
        control_full_price_orders,
        control_touched,
        residual_difference,
        after_difference,
        before_difference,
        adjusted_difference,
        case when has_placebo then adjusted_placebo_difference else 0 end as placebo_difference

    from adjusted
    where is_treated
    union all
    select
        treated.design,
        treated.programme_id,
        treated.treated_month,
        treated.stratification,
        treated.party_type,
        treated.segment,
        controls.bucket,
        0 as parties,
        0 as placebo_parties,
        0 as active,
        0 as orders,
        0 as full_price_orders,
        0 as margin_after,
        0 as control_active,
        0 as control_orders,
        0 as control_full_price_orders,
        0 as control_touched,
        -treated.parties * controls.residual_difference / (controls.n_control - 1)
            as residual_difference,
        -treated.parties * controls.after_difference / (controls.n_control - 1)
            as after_difference,
        -treated.parties * controls.before_difference / (controls.n_control - 1)
            as before_difference,
        -treated.parties * controls.adjusted_difference / (controls.n_control - 1)
            as adjusted_difference,
        -treated.placebo_parties * controls.adjusted_placebo_difference / (controls.n_control - 1)
            as placebo_difference

    from treated
    inner join controls
        on
            treated.design = controls.design
            and treated.programme_id = controls.programme_id
            and treated.treated_month = controls.treated_month
            and treated.stratification = controls.stratification
            and treated.level = controls.level
            and treated.stratum = controls.stratum

),

final as (

    select
        design,
        programme_id,
        treated_month,
        stratification,
        party_type,
        segment,
        bucket,
        cast(sum(parties) as bigint) as n_compared,
        cast(sum(placebo_parties) as bigint) as n_placebo,
        cast(sum(active) as bigint) as active,
        cast(sum(orders) as bigint) as orders,
        cast(sum(full_price_orders) as bigint) as full_price_orders,
        cast(sum(margin_after) as decimal(28, 4)) as margin_after,
        {{ sum_exactly('control_active') }} as control_active,
        {{ sum_exactly('control_orders') }} as control_orders,
        {{ sum_exactly('control_full_price_orders') }} as control_full_price_orders,
        {{ sum_exactly('control_touched') }} as control_touched,
        {{ sum_exactly('residual_difference') }} as residual_difference,
        {{ sum_exactly('after_difference') }} as after_difference,
        {{ sum_exactly('before_difference') }} as before_difference,
        {{ sum_exactly('adjusted_difference') }} as adjusted_difference,
        {{ sum_exactly('placebo_difference') }} as placebo_difference

    from parts
    group by
        design,
        programme_id,
        treated_month,
        stratification,
        party_type,
        segment,
        bucket

)

select * from final
