with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

windows as (

    select * from {{ ref('int_programme_windows_set') }}

),

programme_costs as (

    select * from {{ ref('int_programme_costs_allocated') }}

),

treatments as (

    select * from {{ ref('int_treatments_started') }}

),

compared_margins as (

    select * from {{ ref('int_treated_margins_compared') }}

),

referral_margins as (

    select * from {{ ref('int_referral_margins_attributed') }}

),

deflected_questions as (

    select * from {{ ref('int_questions_deflected') }}

),

orders as (

    select * from {{ ref('int_orders_valued') }}

),

refunds as (

    select * from {{ ref('int_refunds_valued') }}

),

costs as (

    select
        programme_id,
        {% for category in [
            "up_front", "ongoing", "pr", "support", "research", "product", "acquisition", "incentive"
        ] -%}
            sum(case when category = '{{ category }}' then amount else 0 end)
                as cost_{{ category }},
        {% endfor -%}
        sum(amount) as relationship_cost,
        sum(case when is_allocated then amount else 0 end) as allocated_cost,
        sum(avoided_amount) as earned_insight

    from programme_costs
    group by programme_id

),

treated as (

    select
        treatments.programme_id,
        count(distinct treatments.party_id) as treated_parties

    from treatments
    inner join windows
        on
            treatments.programme_id = windows.programme_id
            and treatments.treated_month >= windows.window_start
            and treatments.treated_month <= windows.window_end
    group by treatments.programme_id

),

changes as (

    select
        programme_id,
        count(*) as n_treated,
        sum(margin_change) as total_change,
        sum(cast(margin_change as decimal(18, 4)) * cast(margin_change as decimal(18, 4)))
            as total_square

    from compared_margins
    group by programme_id

),

change_intervals as (

    select
        changes.programme_id,
        changes.n_treated,
        cast(changes.total_change as double) as total_change,
        parameters.confidence_z * sqrt(
            changes.n_treated
            * {{ safe_divide(
                'greatest(0.0, cast(changes.total_square as double) - '
                ~ safe_divide(
                    'cast(changes.total_change as double) * cast(changes.total_change as double)',
                    'changes.n_treated'
                ) ~ ')',
                'changes.n_treated - 1'
            ) }}
        ) as half_width

    from changes
    cross join parameters

),

referral_totals as (

    select
        windows.programme_id,
        sum(referral_margins.referral_margin) as referral_margin

    from windows
    inner join referral_margins
        on
            referral_margins.programme_id is not null
            and (
                windows.programme_id = referral_margins.programme_id
                or windows.programme_id = 'all'
            )
            and referral_margins.first_order_month >= windows.window_start
            and referral_margins.first_order_month <= windows.window_end
    group by windows.programme_id

),

deflected_totals as (

    select
        windows.programme_id,
        count(*) as deflected_questions

    from windows
    inner join deflected_questions
        on
            deflected_questions.programme_id is not null
            and (
                windows.programme_id = deflected_questions.programme_id
                or windows.programme_id = 'all'
            )
            and deflected_questions.answered_on >= windows.window_start
            and deflected_questions.answered_on <= windows.window_end
    group by windows.programme_id

),

refunds_by_order as (

    select
        order_id,
        sum(margin_lost) as margin_lost

    from refunds
    where order_id is not null
    group by order_id

),

coded_totals as (

    select
        windows.programme_id,
        sum(orders.margin_amount - coalesce(refunds_by_order.margin_lost, 0)) as coded_margin

    from windows
    inner join orders
        on
            orders.programme_id is not null
            and (windows.programme_id = orders.programme_id or windows.programme_id = 'all')
            and orders.ordered_on >= windows.window_start
            and orders.ordered_on <= windows.window_end
    left join refunds_by_order on orders.order_id = refunds_by_order.order_id
    group by windows.programme_id

),

joined as (

    select
        windows.programme_id,
        windows.programme_name,
        windows.programme_kind,
        windows.window_start,
        windows.window_end,
        {% for category in [
            "up_front", "ongoing", "pr", "support", "research", "product", "acquisition", "incentive"
        ] -%}
            coalesce(costs.cost_{{ category }}, 0) as cost_{{ category }},
        {% endfor -%}
        coalesce(costs.relationship_cost, 0) as relationship_cost,
        coalesce(costs.allocated_cost, 0) as allocated_cost,
        coalesce(treated.treated_parties, 0) as treated_parties,
        coalesce(change_intervals.n_treated, 0) as n_treated,
        case
            when change_intervals.n_treated >= parameters.min_before_after_customers then 'C'
            else 'none'
        end as evidence_tier,
        case
            when change_intervals.n_treated >= parameters.min_before_after_customers
                then 'before-after only: no counterfactual is estimated'
            else
                'fewer than min_before_after_customers with a whole period before and after'
        end as demotion_reason,
        case
            when change_intervals.n_treated >= parameters.min_before_after_customers
                then change_intervals.total_change
        end as retained_margin,
        case
            when change_intervals.n_treated >= parameters.min_before_after_customers
                then change_intervals.half_width
        end as half_width,
        cast(coalesce(referral_totals.referral_margin, 0) as double) as referral_margin,
        coalesce(deflected_totals.deflected_questions, 0) as deflected_questions,
        cast(
            coalesce(deflected_totals.deflected_questions, 0)
            * parameters.cost_per_contact as double
        )
            as deflected_service_cost,
        cast(coalesce(costs.earned_insight, 0) as double) as earned_insight,
        cast(coalesce(coded_totals.coded_margin, 0) as double) as coded_margin

    from windows
    cross join parameters
    left join costs on windows.programme_id = costs.programme_id
    left join treated on windows.programme_id = treated.programme_id
    left join change_intervals on windows.programme_id = change_intervals.programme_id
    left join referral_totals on windows.programme_id = referral_totals.programme_id
    left join deflected_totals on windows.programme_id = deflected_totals.programme_id
    left join coded_totals on windows.programme_id = coded_totals.programme_id

),

valued as (

    select
        *,
        retained_margin
        + referral_margin
        + deflected_service_cost
        + earned_insight as relationship_value,
        {{ safe_divide('coded_margin - cast(relationship_cost as double)', 'relationship_cost') }}
            as roi

    from joined

),

related as (

    select
        *,
        {{ safe_divide(
            'relationship_value - cast(relationship_cost as double)', 'relationship_cost'
        ) }} as ror,
        {{ safe_divide('half_width', 'relationship_cost') }} as ror_half_width

    from valued

),

final as (

    select
        related.programme_id,
        related.programme_name,
        related.programme_kind,
        related.window_start,
        related.window_end,
        related.cost_up_front,
        related.cost_ongoing,
        related.cost_pr,
        related.cost_support,
        related.cost_research,
        related.cost_product,
        related.cost_acquisition,
        related.cost_incentive,
        related.relationship_cost,
        related.allocated_cost,
        related.retained_margin,
        related.retained_margin - related.half_width as retained_margin_low,
        related.retained_margin + related.half_width as retained_margin_high,
        related.referral_margin,
        related.deflected_questions,
        related.deflected_service_cost,
        related.earned_insight,
        related.relationship_value,
        cast(null as double) as future_value,
        cast(null as double) as earned_reach,
        related.ror,
        related.ror - related.ror_half_width as ror_low,
        related.ror + related.ror_half_width as ror_high,
        related.coded_margin,
        related.roi,
        related.ror - related.roi as halo,
        (related.ror - related.roi) * cast(related.relationship_cost as double) as halo_amount,
        related.evidence_tier,
        related.treated_parties,
        related.n_treated,
        cast(0 as bigint) as n_control,
        cast(null as double) as placebo_p_value,
        cast(null as double) as trimmed_share,
        related.demotion_reason,
        parameters.as_of_date

    from related
    cross join parameters

)

select * from final
