with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

windows as (

    select * from {{ ref('int_programme_windows_set') }}
    where programme_id != 'all'

),

estimates as (

    select * from {{ ref('int_uplifts_estimated') }}
    where
        party_type = 'all'
        and segment = 'all'

),

strata as (

    select * from {{ ref('int_uplift_strata_averaged') }}
    where stratification = 'full'

),

balance as (

    select * from {{ ref('int_uplift_balance_measured') }}

),

changes as (

    select * from {{ ref('int_margin_changes_summed') }}
    where
        party_type = 'all'
        and segment = 'all'

),

treatments as (

    select * from {{ ref('int_treatments_started') }}

),

assignments as (

    select distinct
        programme_id,
        party_id,
        assigned_month

    from {{ ref('int_assignments_measured') }}
    where is_horizon_complete

),

-- of those touched first in the window, how many the lottery had to do with
touched as (

    select
        windows.window_month,
        windows.programme_id,
        count(*) as n_touched,
        count(assignments.party_id) as n_touched_by_lot

    from windows
    inner join treatments
        on
            windows.programme_id = treatments.programme_id
            and treatments.treated_month >= windows.window_start
            and treatments.treated_month <= windows.window_end
    left join assignments
        on
            treatments.programme_id = assignments.programme_id
            and treatments.party_id = assignments.party_id
    group by windows.window_month, windows.programme_id

),

drawn as (

    select
        windows.window_month,
        windows.programme_id,
        count(*) as n_drawn

    from windows
    inner join assignments
        on
            windows.programme_id = assignments.programme_id
            and assignments.assigned_month >= windows.window_start
            and assignments.assigned_month <= windows.window_end
    group by windows.window_month, windows.programme_id

),

controls as (

    select
        windows.window_month,
        strata.design,
        strata.programme_id,
        cast(sum(strata.n_control) as bigint) as n_control

    from strata
    inner join windows
        on
            strata.programme_id = windows.programme_id
            and strata.treated_month >= windows.window_start
            and strata.treated_month <= windows.window_end
    group by windows.window_month, strata.design, strata.programme_id

),

-- with several arms the smallest one, and its controls of the same months
arms as (

    select
        windows.window_month,
        strata.programme_id,
        strata.stratum,
        cast(sum(strata.n_treated) as bigint) as n_treated,
        cast(sum(strata.n_control) as bigint) as n_control

    from strata
    inner join windows
        on
            strata.programme_id = windows.programme_id
            and strata.treated_month >= windows.window_start
            and strata.treated_month <= windows.window_end
    where strata.design = 'randomised'
    group by windows.window_month, strata.programme_id, strata.stratum

),

smallest_arms as (

    select
        window_month,
        programme_id,
        min(n_treated) as n_treated,
        min(n_control) as n_control

    from arms
    group by window_month, programme_id

),

differences as (

    select
        balance.window_month,
        balance.programme_id,
        balance.covariate,
        balance.is_regressed,
        abs(balance.standardised_difference) as imbalance,
        case
            when balance.is_regressed then parameters.max_regressed_imbalance
            else parameters.max_imbalance
        end as bound

    from balance
    cross join parameters

),

ranked as (

    select
        *,
        row_number() over (
            partition by window_month, programme_id
            order by coalesce({{ safe_divide('imbalance', 'bound') }}, 0) desc, covariate
        ) as place

    from differences

),

imbalances as (

    select
        window_month,
        programme_id,
        max(case when not is_regressed then imbalance end) as max_imbalance,
        max(case when is_regressed then imbalance end) as max_regressed_imbalance,
        max(case when place = 1 then covariate end) as least_balanced

    from ranked
    group by window_month, programme_id

),

joined as (

    select
        windows.window_month,
        windows.programme_id,
        coalesce(changes.n_measured, 0) as n_measured,
        coalesce(changes.n_changed, 0) as n_changed,
        coalesce(observed.n_compared, 0) as n_compared,
        coalesce(observed_controls.n_control, 0) as n_control,
        observed.touched_share,
        imbalances.max_imbalance,
        imbalances.max_regressed_imbalance,
        imbalances.least_balanced,
        coalesce(observed.n_placebo, 0) as n_placebo,
        observed.placebo,
        observed.placebo_error,
        coalesce(smallest_arms.n_treated, 0) as n_assigned,
        coalesce(smallest_arms.n_control, 0) as n_assigned_control,
        coalesce(drawn.n_drawn, 0) as n_drawn,
        coalesce(touched.n_touched, 0) as n_touched,
        coalesce(touched.n_touched_by_lot, 0) as n_touched_by_lot,
        {{ safe_divide(
            'coalesce(changes.n_measured, 0) - coalesce(observed.n_compared, 0)',
            'changes.n_measured'
        ) }} as trimmed_share

    from windows
    left join changes
        on
            windows.window_month = changes.window_month
            and windows.programme_id = changes.programme_id
    left join estimates as observed
        on
            windows.window_month = observed.window_month
            and windows.programme_id = observed.programme_id
            and observed.design = 'observed'
    left join controls as observed_controls
        on
            windows.window_month = observed_controls.window_month
            and windows.programme_id = observed_controls.programme_id
            and observed_controls.design = 'observed'
    left join smallest_arms
        on
            windows.window_month = smallest_arms.window_month
            and windows.programme_id = smallest_arms.programme_id
    left join imbalances
        on
            windows.window_month = imbalances.window_month
            and windows.programme_id = imbalances.programme_id
    left join drawn
        on
            windows.window_month = drawn.window_month
            and windows.programme_id = drawn.programme_id
    left join touched
        on
            windows.window_month = touched.window_month
            and windows.programme_id = touched.programme_id

),

-- the placebo has a say where enough of the treated have been known long enough
gated as (

    select
        joined.*,
        joined.n_assigned >= parameters.min_arm_size
        and joined.n_assigned_control >= parameters.min_arm_size as has_lots,
        joined.n_touched_by_lot >= parameters.min_overlap_share * joined.n_touched
            as has_lots_overlap,
        joined.n_compared >= parameters.min_arm_size
        and joined.n_control >= parameters.min_arm_size as has_arms,
        joined.n_compared >= parameters.min_overlap_share * joined.n_measured as has_overlap,
        coalesce(joined.touched_share <= parameters.max_touched_share, false) as has_untouched,
        coalesce(joined.max_imbalance < parameters.max_imbalance, false)
        and coalesce(joined.max_regressed_imbalance < parameters.max_regressed_imbalance, false)
            as has_balance,
        joined.n_placebo < parameters.min_arm_size
        or coalesce(
            abs(joined.placebo) <= parameters.confidence_z * joined.placebo_error, true
        ) as has_placebo_passed,
        joined.n_changed >= parameters.min_before_after_customers as has_change,
        case
            when joined.n_placebo >= parameters.min_arm_size and joined.placebo_error > 0
                then abs(joined.placebo) / joined.placebo_error
        end as placebo_z

    from joined
    cross join parameters

),

tiered as (

    select
        *,
        has_lots and has_lots_overlap as is_randomised,
        -- why a lottery does not count, before why nothing else does
        case
            when n_drawn = 0 then ''
            when not has_lots then 'lottery: an arm is smaller than min_arm_size'
            when not has_lots_overlap then 'lottery: too many were touched without it'
            else ''
        end as lottery_reason

    from gated

),

reasoned as (

    select
        *,
        case
            when n_measured = 0 then 'no customer was touched first in the window'
            when not has_arms then 'an arm is smaller than min_arm_size'
            when not has_overlap then 'overlap: too many of the treated have no comparable customer'
            when not has_untouched then 'controls: too many were touched soon after'
            when not has_balance
                then {{ dbt.concat([
                    "'balance: '", "coalesce(least_balanced, 'no covariate')",
                    "' still differs between the arms'"
                ]) }}
            when not has_placebo_passed
                then 'placebo: the arms differed already in the period before the last'
            else ''
        end as comparison_reason

    from tiered

),

final as (

    select
        window_month,
        programme_id,
        case
            when is_randomised then 'A'
            when has_arms and has_overlap and has_untouched and has_balance and has_placebo_passed
                then 'B'
            when has_change then 'C'
            else 'none'
        end as evidence_tier,
        case when is_randomised then 'randomised' else 'observed' end as design,
        case
            when is_randomised then cast(null as string)
            when lottery_reason = '' then nullif(comparison_reason, '')
            when comparison_reason = '' then lottery_reason
            else {{ dbt.concat(["lottery_reason", "'; '", "comparison_reason"]) }}
        end as demotion_reason,
        is_randomised,
        has_arms,
        n_measured,
        n_changed,
        n_compared,
        n_control,
        n_assigned,
        n_assigned_control,
        touched_share,
        trimmed_share,
        max_imbalance,
        max_regressed_imbalance,
        n_placebo,
        case when n_placebo > 0 then placebo end as placebo,
        case when n_placebo > 0 then placebo_error end as placebo_error,
        case when placebo_z is not null then least(1.0, 2 * {{ normal_tail('placebo_z') }}) end
            as placebo_p_value

    from reasoned

)

select * from final
