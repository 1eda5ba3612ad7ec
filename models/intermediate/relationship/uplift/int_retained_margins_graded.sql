with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

evidence as (

    select * from {{ ref('int_evidence_graded') }}

),

estimates as (

    select * from {{ ref('int_uplifts_estimated') }}

),

replicates as (

    select * from {{ ref('int_uplift_replicates_estimated') }}
    where bucket >= 0

),

changes as (

    select * from {{ ref('int_margin_changes_summed') }}

),

groups as (

    select
        window_month,
        programme_id,
        party_type,
        segment

    from estimates
    union distinct
    select
        window_month,
        programme_id,
        party_type,
        segment

    from changes

),

-- what the programme's design compared, and what the treated did before
compared as (

    select
        groups.window_month,
        groups.programme_id,
        groups.party_type,
        groups.segment,
        evidence.evidence_tier,
        evidence.demotion_reason,
        evidence.design,
        case
            when evidence.design = 'randomised' then evidence.n_assigned_control
            else evidence.n_control
        end as n_control,
        estimates.n_compared,
        estimates.margin_after,
        estimates.active,
        estimates.orders,
        estimates.full_price_orders,
        estimates.control_active,
        estimates.control_orders,
        estimates.control_full_price_orders,
        estimates.touched_share,
        estimates.naive,
        estimates.adjusted,
        estimates.adjusted_error,
        estimates.difference_in_differences,
        estimates.stratified,
        estimates.bound,
        least(
            estimates.difference_in_differences,
            estimates.stratified,
            estimates.bound - parameters.confidence_z * estimates.bound_error
        ) as bracket_low,
        greatest(
            estimates.difference_in_differences, estimates.stratified, estimates.bound
        ) as bracket_high,
        estimates.residual_value,
        estimates.residual_value_error,
        coalesce(changes.n_changed, 0) as n_changed,
        changes.margin_change,
        changes.margin_change_error,
        parameters.confidence_z

    from groups
    inner join evidence
        on
            groups.window_month = evidence.window_month
            and groups.programme_id = evidence.programme_id
    left join estimates
        on
            groups.window_month = estimates.window_month
            and groups.programme_id = estimates.programme_id
            and groups.party_type = estimates.party_type
            and groups.segment = estimates.segment
            and evidence.design = estimates.design
    left join changes
        on
            groups.window_month = changes.window_month
            and groups.programme_id = changes.programme_id
            and groups.party_type = changes.party_type
            and groups.segment = changes.segment
    cross join parameters

),

-- A: chance alone. B: chance and the bracket. C: the change, and what the demoted tier B would have
-- said
graded as (

    select
        window_month,
        programme_id,
        party_type,
        segment,
        evidence_tier,
        demotion_reason,
        n_compared,
        n_changed,
        margin_after,
        active,
        orders,
        full_price_orders,
        touched_share,
        naive,
        adjusted,
        adjusted_error,
        difference_in_differences,
        stratified,
        bound,
        case when evidence_tier in ('B', 'C') then bracket_low end as bracket_low,
        case when evidence_tier in ('B', 'C') then bracket_high end as bracket_high,
        case
            when evidence_tier in ('A', 'B') then adjusted
            when evidence_tier = 'C' then margin_change
        end as retained_margin,
        case
            when evidence_tier in ('A', 'B') then adjusted - confidence_z * adjusted_error
            when evidence_tier = 'C' then margin_change - confidence_z * margin_change_error
        end as sampling_low,
        case
            when evidence_tier in ('A', 'B') then adjusted + confidence_z * adjusted_error
            when evidence_tier = 'C' then margin_change + confidence_z * margin_change_error
        end as sampling_high,
        case
            when evidence_tier = 'A' then adjusted - confidence_z * adjusted_error
            when evidence_tier = 'B' and adjusted_error is not null
                then least(adjusted - confidence_z * adjusted_error, bracket_low)
            when evidence_tier = 'C' and margin_change_error is not null
                then least(
                    margin_change - confidence_z * margin_change_error,
                    coalesce(bracket_low, margin_change)
                )
        end as retained_margin_low,
        case
            when evidence_tier = 'A' then adjusted + confidence_z * adjusted_error
            when evidence_tier = 'B' and adjusted_error is not null
                then greatest(adjusted + confidence_z * adjusted_error, bracket_high)
            when evidence_tier = 'C' and margin_change_error is not null
                then greatest(
                    margin_change + confidence_z * margin_change_error,
                    coalesce(bracket_high, margin_change)
                )
        end as retained_margin_high,
        case when evidence_tier in ('A', 'B') then residual_value end as future_value,
        case
            when evidence_tier in ('A', 'B')
                then residual_value - confidence_z * residual_value_error
        end as future_value_low,
        case
            when evidence_tier in ('A', 'B')
                then residual_value + confidence_z * residual_value_error
        end as future_value_high,
        active - (active - control_active) / (1 - least(0.9, touched_share)) as expected_active,
        orders - (orders - control_orders) / (1 - least(0.9, touched_share)) as expected_orders,
        control_orders,
        control_full_price_orders,
        case
            when adjusted_error > 0
                then abs(adjusted) / adjusted_error / sqrt(n_compared + n_control)
        end as partial_f

    from compared

),

headline as (

    select * from graded
    where evidence_tier in ('A', 'B')

),

hundred as (

    select n as bucket from {{ series(100) }} as series

),

-- a customer in several programmes is left out of all of them at once
joint_replicates as (

    select
        headline.window_month,
        headline.party_type,
        headline.segment,
        hundred.bucket,
        case
            when count(replicates.bucket) = count(replicates.adjusted_effect)
                then {{ sum_exactly('coalesce(replicates.adjusted_effect, headline.adjusted)') }}
        end as adjusted

    from headline
    inner join evidence
        on
            headline.window_month = evidence.window_month
            and headline.programme_id = evidence.programme_id
    cross join hundred
    left join replicates
        on
            headline.window_month = replicates.window_month
            and headline.programme_id = replicates.programme_id
            and headline.party_type = replicates.party_type
            and headline.segment = replicates.segment
            and evidence.design = replicates.design
            and hundred.bucket = replicates.bucket
    group by
        headline.window_month,
        headline.party_type,
        headline.segment,
        hundred.bucket

),

joint as (

    select
        window_month,
        party_type,
        segment,
        max(case when evidence_tier = 'B' then 'B' else 'A' end) as evidence_tier,
        count(*) as programmes,
        cast(sum(n_compared) as bigint) as n_compared,
        {{ sum_exactly('naive') }} as naive,
        {{ sum_exactly('adjusted * (1 - least(0.9, touched_share))') }} as adjusted_as_naive,
        {{ sum_exactly('adjusted') }} as adjusted,
        -- the bracket of a programme of tier A is its own interval
        {{ sum_exactly("case when evidence_tier = 'B' then bracket_low else sampling_low end") }}
            as bracket_low,
        {{ sum_exactly("case when evidence_tier = 'B' then bracket_high else sampling_high end") }}
            as bracket_high,
        case when count(future_value) > 0 then {{ sum_exactly('future_value') }} end as future_value

    from headline
    group by window_month, party_type, segment

),

joint_errors as (

    select
        joint_replicates.window_month,
        joint_replicates.party_type,
        joint_replicates.segment,
        case
            when count(joint_replicates.adjusted) = count(*)
                then sqrt(
                    {{ sum_exactly('power(joint_replicates.adjusted - joint.adjusted, 2)') }} * 0.99
                )
        end as adjusted_error

    from joint_replicates
    inner join joint
        on
            joint_replicates.window_month = joint.window_month
            and joint_replicates.party_type = joint.party_type
            and joint_replicates.segment = joint.segment
    group by
        joint_replicates.window_month,
        joint_replicates.party_type,
        joint_replicates.segment

),

by_programme as (

    select
        window_month,
        programme_id,
        party_type,
        segment,
        evidence_tier,
        demotion_reason,
        case
            when evidence_tier = 'C' then n_changed
            when evidence_tier = 'none' then 0
            else n_compared
        end as n_treated,
        retained_margin,
        retained_margin_low,
        retained_margin_high,
        sampling_low,
        sampling_high,
        bracket_low,
        bracket_high,
        naive,
        -- on one footing: the naive figure knows nothing of later touches
        case
            when evidence_tier in ('A', 'B') and naive > 0
                then 1 - adjusted * (1 - least(0.9, touched_share)) / naive
        end as selection_share,
        future_value,
        future_value_low,
        future_value_high,
        case
            when evidence_tier in ('A', 'B')
                then
                    (sqrt(power(partial_f, 4) + 4 * power(partial_f, 2)) - power(partial_f, 2)) / 2
        end as robustness_value,
        case
            when evidence_tier in ('A', 'B')
                then
                    {{ safe_divide('full_price_orders', 'orders') }}
                    - {{ safe_divide('control_full_price_orders', 'control_orders') }}
        end as price_resilience,
        case
            when
                evidence_tier in ('A', 'B')
                and active > 0
                and expected_active > 0
                and orders > 0
                and expected_orders > 0
                and cast(margin_after as double) > 0
                and cast(margin_after as double) - retained_margin > 0
                then 1
        end as can_decompose,
        active,
        expected_active,
        orders,
        expected_orders,
        cast(margin_after as double) as margin_after,
        cast(margin_after as double) - retained_margin as expected_margin

    from graded

),

-- logarithmic mean of margin with and without
decomposed as (

    select
        *,
        case
            when can_decompose = 1
                then
                    case
                        when abs(margin_after - expected_margin) < 1e-9 * margin_after
                            then margin_after
                        else
                            (margin_after - expected_margin)
                            / ln(margin_after / expected_margin)
                    end
        end as mean_margin

    from by_programme

),

final as (

    select
        window_month,
        programme_id,
        party_type,
        segment,
        evidence_tier,
        demotion_reason,
        cast(n_treated as bigint) as n_treated,
        retained_margin,
        retained_margin_low,
        retained_margin_high,
        sampling_low,
        sampling_high,
        bracket_low,
        bracket_high,
        naive as naive_margin,
        selection_share,
        future_value,
        future_value_low,
        future_value_high,
        robustness_value,
        price_resilience,
        mean_margin * ln(cast(active as double) / expected_active) as margin_from_active,
        mean_margin * ln(cast(orders as double) / expected_orders * expected_active / active)
            as margin_from_frequency,
        mean_margin * ln(margin_after / expected_margin * expected_orders / orders)
            as margin_from_order_value

    from decomposed
    union all
    select
        joint.window_month,
        'all' as programme_id,
        joint.party_type,
        joint.segment,
        joint.evidence_tier,
        cast(null as string) as demotion_reason,
        joint.n_compared as n_treated,
        joint.adjusted as retained_margin,
        case
            when joint_errors.adjusted_error is not null
                then least(
                    joint.adjusted - parameters.confidence_z * joint_errors.adjusted_error,
                    joint.bracket_low
                )
        end as retained_margin_low,
        case
            when joint_errors.adjusted_error is not null
                then greatest(
                    joint.adjusted + parameters.confidence_z * joint_errors.adjusted_error,
                    joint.bracket_high
                )
        end as retained_margin_high,
        joint.adjusted - parameters.confidence_z * joint_errors.adjusted_error as sampling_low,
        joint.adjusted + parameters.confidence_z * joint_errors.adjusted_error as sampling_high,
        case when joint.evidence_tier = 'B' then joint.bracket_low end as bracket_low,
        case when joint.evidence_tier = 'B' then joint.bracket_high end as bracket_high,
        joint.naive as naive_margin,
        case when joint.naive > 0 then 1 - joint.adjusted_as_naive / joint.naive end
            as selection_share,
        joint.future_value,
        cast(null as double) as future_value_low,
        cast(null as double) as future_value_high,
        cast(null as double) as robustness_value,
        cast(null as double) as price_resilience,
        cast(null as double) as margin_from_active,
        cast(null as double) as margin_from_frequency,
        cast(null as double) as margin_from_order_value

    from joint
    inner join joint_errors
        on
            joint.window_month = joint_errors.window_month
            and joint.party_type = joint_errors.party_type
            and joint.segment = joint_errors.segment
    cross join parameters

)

select * from final
