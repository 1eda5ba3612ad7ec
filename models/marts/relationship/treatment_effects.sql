with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

assignments as (

    select * from {{ ref('int_assignments_measured') }}

),

-- outcome after the assignment, and the same quantity before it
outcomes as (

    select
        programme_id,
        arm,
        assigned_month,
        is_horizon_complete,
        'margin' as outcome,
        margin_after as value_after,
        margin_before as value_before

    from assignments
    union all
    select
        programme_id,
        arm,
        assigned_month,
        is_horizon_complete,
        'orders' as outcome,
        cast(orders_after as decimal(18, 4)) as value_after,
        cast(orders_before as decimal(18, 4)) as value_before

    from assignments
    union all
    select
        programme_id,
        arm,
        assigned_month,
        is_horizon_complete,
        'order_rate' as outcome,
        cast(case when orders_after > 0 then 1 else 0 end as decimal(18, 4)) as value_after,
        cast(case when orders_before > 0 then 1 else 0 end as decimal(18, 4)) as value_before

    from assignments

),

summed as (

    select
        programme_id,
        arm,
        assigned_month,
        outcome,
        count(*) as parties,
        sum(case when is_horizon_complete then 1 else 0 end) as complete_parties,
        cast(sum(value_after) as double) as sum_after,
        cast(sum(value_before) as double) as sum_before,
        cast(sum({{ multiply_exactly('value_after', 'value_after') }}) as double)
            as sum_after_square,
        cast(sum({{ multiply_exactly('value_before', 'value_before') }}) as double)
            as sum_before_square,
        cast(sum({{ multiply_exactly('value_after', 'value_before') }}) as double)
            as sum_product

    from outcomes
    group by programme_id, arm, assigned_month, outcome

),

-- means, and squares about the mean of the arm in the month
centred as (

    select
        programme_id,
        arm,
        assigned_month,
        outcome,
        parties,
        complete_parties,
        sum_after / parties as mean_after,
        sum_before / parties as mean_before,
        greatest(0.0, sum_after_square - sum_after * sum_after / parties) as square_after,
        greatest(0.0, sum_before_square - sum_before * sum_before / parties) as square_before,
        sum_product - sum_after * sum_before / parties as product

    from summed

),

-- who was assigned in the same month is compared: the share of an arm may differ between months
paired as (

    select
        treated.programme_id,
        treated.arm,
        treated.assigned_month,
        treated.outcome,
        treated.parties as n_treated,
        control.parties as n_control,
        treated.complete_parties + control.complete_parties as complete_parties,
        treated.mean_after as treated_mean,
        control.mean_after as control_mean,
        treated.mean_after - control.mean_after as difference_after,
        treated.mean_before - control.mean_before as difference_before,
        treated.square_after as treated_square_after,
        treated.square_before as treated_square_before,
        treated.product as treated_product,
        control.square_after as control_square_after,
        control.square_before as control_square_before,
        control.product as control_product

    from centred as treated
    inner join centred as control
        on
            treated.programme_id = control.programme_id
            and treated.assigned_month = control.assigned_month
            and treated.outcome = control.outcome
            and control.arm = 'control'
    where
        treated.arm != 'control'
        and treated.parties >= 2
        and control.parties >= 2

),

-- CUPED: the slope of what came after on what was before, within arm and month
sloped as (

    select
        programme_id,
        arm,
        outcome,
        sum(n_treated) as n_treated,
        sum(n_control) as n_control,
        sum(complete_parties) as complete_parties,
        coalesce({{ safe_divide(
            'sum(cast(treated_product + control_product as decimal(38, 8)))',
            'sum(cast(treated_square_before + control_square_before as decimal(38, 8)))'
        ) }}, 0) as slope

    from paired
    group by programme_id, arm, outcome

),

weighed as (

    select
        paired.*,
        sloped.slope,
        cast(paired.n_treated + paired.n_control as double)
        / (sloped.n_treated + sloped.n_control) as weight,
        paired.difference_after - sloped.slope * paired.difference_before as difference_adjusted,
        (
            paired.treated_square_after - 2 * sloped.slope * paired.treated_product
            + sloped.slope * sloped.slope * paired.treated_square_before
        ) / (paired.n_treated - 1.0) / paired.n_treated
        + (
            paired.control_square_after - 2 * sloped.slope * paired.control_product
            + sloped.slope * sloped.slope * paired.control_square_before
        ) / (paired.n_control - 1.0) / paired.n_control as variance_adjusted,
        paired.treated_square_after / (paired.n_treated - 1.0) / paired.n_treated
        + paired.control_square_after / (paired.n_control - 1.0) / paired.n_control as variance

    from paired
    inner join sloped
        on
            paired.programme_id = sloped.programme_id
            and paired.arm = sloped.arm
            and paired.outcome = sloped.outcome

),

averaged as (

    select
        programme_id,
        arm,
        outcome,
        max(slope) as slope,
        sum(n_treated) as n_treated,
        sum(n_control) as n_control,
        sum(complete_parties) as complete_parties,
        cast(sum(cast(weight * treated_mean as decimal(38, 16))) as double) as treated_mean,
        cast(sum(cast(weight * control_mean as decimal(38, 16))) as double) as control_mean,
        cast(sum(cast(weight * difference_after as decimal(38, 16))) as double)
            as unadjusted_estimate,
        cast(sum(cast(weight * difference_adjusted as decimal(38, 16))) as double) as estimate,
        sqrt({{ sum_exactly('weight * weight * variance') }}) as unadjusted_error,
        sqrt({{ sum_exactly('weight * weight * variance_adjusted') }}) as standard_error

    from weighed
    group by programme_id, arm, outcome

),

final as (

    select
        averaged.programme_id,
        averaged.arm,
        averaged.outcome,
        averaged.estimate,
        averaged.estimate - parameters.confidence_z * averaged.standard_error as low,
        averaged.estimate + parameters.confidence_z * averaged.standard_error as high,
        averaged.unadjusted_estimate,
        averaged.unadjusted_estimate - parameters.confidence_z * averaged.unadjusted_error
            as unadjusted_low,
        averaged.unadjusted_estimate + parameters.confidence_z * averaged.unadjusted_error
            as unadjusted_high,
        averaged.treated_mean,
        averaged.control_mean,
        averaged.slope as cuped_slope,
        averaged.n_treated,
        averaged.n_control,
        {{ safe_divide(
            'averaged.complete_parties', 'averaged.n_treated + averaged.n_control'
        ) }} as complete_share,
        averaged.n_treated >= parameters.min_arm_size
        and averaged.n_control >= parameters.min_arm_size as is_large_enough,
        parameters.as_of_date

    from averaged
    cross join parameters

)

select * from final
