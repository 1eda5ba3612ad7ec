{% set categories = [
    "up_front", "ongoing", "pr", "support", "research", "product", "acquisition", "incentive"
] -%}
{% set amounts = ["allocated_cost", "earned_insight"] -%}
{% for category in categories -%}
    {% do amounts.append("cost_" ~ category) -%}
{% endfor -%}
{% set referral_measures = ["referral_margin", "referral_reward", "referred_customers"] -%}
{% set groups = [("'all'", "'all'"), ("party_type", "'all'"), ("'all'", "segment")] -%}
with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

windows as (

    select * from {{ ref('int_programme_windows_set') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

programme_costs as (

    select * from {{ ref('int_programme_costs_allocated') }}

),

touches as (

    select * from {{ ref('int_touches_dated') }}

),

treatments as (

    select * from {{ ref('int_treatments_started') }}

),

retained_margins as (

    select * from {{ ref('int_retained_margins_graded') }}

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

content_metrics as (

    select * from {{ ref('int_content_metrics_differenced') }}

),

refunds_by_order as (

    select
        order_id,
        sum(margin_lost) as margin_lost

    from refunds
    where order_id is not null
    group by order_id

),

-- everything that happened in a window, with the party that it is counted for
happened as (

    select
        windows.window_month,
        windows.programme_id,
        touches.party_id,
        'touches' as measure,
        cast(touches.touches as decimal(28, 4)) as amount

    from touches
    inner join windows
        on
            (windows.programme_id = touches.programme_id or windows.programme_id = 'all')
            and touches.touched_on >= windows.window_start
            and touches.touched_on <= windows.window_end
    union all
    select
        windows.window_month,
        windows.programme_id,
        treatments.party_id,
        'treated_parties' as measure,
        cast(1 as decimal(28, 4)) as amount

    from treatments
    inner join windows
        on
            windows.programme_id = treatments.programme_id
            and treatments.treated_month >= windows.window_start
            and treatments.treated_month <= windows.window_end
    {% for measure in referral_measures -%}
        union all
        select
            windows.window_month,
            windows.programme_id,
            referral_margins.credited_party_id as party_id,
            '{{ measure }}' as measure,
            cast(referral_margins.{{ measure }} as decimal(28, 4)) as amount

        from referral_margins
        inner join windows
            on
                referral_margins.programme_id is not null
                and (
                    windows.programme_id = referral_margins.programme_id
                    or windows.programme_id = 'all'
                )
                and referral_margins.first_order_month >= windows.window_start
                and referral_margins.first_order_month <= windows.window_end
    {% endfor -%}
    union all
    select
        windows.window_month,
        windows.programme_id,
        deflected_questions.party_id,
        'deflected_questions' as measure,
        cast(1 as decimal(28, 4)) as amount

    from deflected_questions
    inner join windows
        on
            deflected_questions.programme_id is not null
            and (
                windows.programme_id = deflected_questions.programme_id
                or windows.programme_id = 'all'
            )
            and deflected_questions.answered_on >= windows.window_start
            and deflected_questions.answered_on <= windows.window_end
    union all
    select
        windows.window_month,
        windows.programme_id,
        orders.party_id,
        'coded_margin' as measure,
        cast(
            orders.margin_amount - coalesce(refunds_by_order.margin_lost, 0) as decimal(28, 4)
        ) as amount

    from orders
    inner join windows
        on
            orders.programme_id is not null
            and (windows.programme_id = orders.programme_id or windows.programme_id = 'all')
            and orders.ordered_on >= windows.window_start
            and orders.ordered_on <= windows.window_end
    left join refunds_by_order on orders.order_id = refunds_by_order.order_id

),

placed as (

    select
        happened.window_month,
        happened.programme_id,
        happened.measure,
        happened.amount,
        happened.party_id,
        coalesce(parties.party_type, 'unknown') as party_type,
        coalesce(parties.segment, 'unknown') as segment

    from happened
    left join parties on happened.party_id = parties.party_id

),

grouped as (

    {% for party_type, segment in groups -%}
        {{ "union all" if not loop.first }}
        select
            window_month,
            programme_id,
            {{ party_type }} as party_type,
            {{ segment }} as segment,
            measure,
            amount,
            party_id

        from placed
    {% endfor %}

),

summed as (

    select
        window_month,
        programme_id,
        party_type,
        segment,
        coalesce(sum(case when measure = 'touches' then amount end), 0) as touches,
        count(distinct case when measure = 'treated_parties' then party_id end) as treated_parties,
        {% for measure in referral_measures -%}
            coalesce(sum(case when measure = '{{ measure }}' then amount end), 0) as {{ measure }},
        {% endfor -%}
        coalesce(sum(case when measure = 'deflected_questions' then amount end), 0)
            as deflected_questions,
        coalesce(sum(case when measure = 'coded_margin' then amount end), 0) as coded_margin

    from grouped
    group by window_month, programme_id, party_type, segment

),

costs as (

    select
        window_month,
        programme_id,
        {% for category in categories -%}
            sum(case when category = '{{ category }}' then amount else 0 end)
                as cost_{{ category }},
        {% endfor -%}
        sum(case when is_allocated then amount else 0 end) as allocated_cost,
        sum(avoided_amount) as earned_insight

    from programme_costs
    group by window_month, programme_id

),

-- a group bears the cost of a programme, and earns its insight, as the programme touched it; where
-- it touched nobody, the unknown do
shares as (

    select
        groups.window_month,
        groups.programme_id,
        groups.party_type,
        groups.segment,
        {{ safe_divide('groups.touches', 'everybody.touches') }} as share_of_touches

    from summed as groups
    inner join summed as everybody
        on
            groups.window_month = everybody.window_month
            and groups.programme_id = everybody.programme_id
            and everybody.party_type = 'all'
            and everybody.segment = 'all'
            and everybody.touches > 0
    where
        groups.programme_id != 'all'
        and (groups.party_type != 'all' or groups.segment != 'all')
    {% for party_type, segment in [("'unknown'", "'all'"), ("'all'", "'unknown'")] -%}
        union all
        select
            costs.window_month,
            costs.programme_id,
            {{ party_type }} as party_type,
            {{ segment }} as segment,
            cast(1 as double) as share_of_touches

        from costs
        left join summed
            on
                costs.window_month = summed.window_month
                and costs.programme_id = summed.programme_id
                and summed.party_type = 'all'
                and summed.segment = 'all'
        where coalesce(summed.touches, 0) = 0
    {% endfor %}

),

costs_by_group as (

    select
        costs.window_month,
        costs.programme_id,
        shares.party_type,
        {% for amount in amounts -%}
            cast(costs.{{ amount }} * shares.share_of_touches as decimal(28, 8)) as {{ amount }},
        {% endfor -%}
        shares.segment

    from costs
    inner join shares
        on
            costs.window_month = shares.window_month
            and costs.programme_id = shares.programme_id

),

-- the groups of 'all' bear what those of the programmes do, where there was any touch
borne as (

    select
        window_month,
        programme_id,
        'all' as party_type,
        {% for amount in amounts -%}
            cast({{ amount }} as decimal(28, 8)) as {{ amount }},
        {% endfor -%}
        'all' as segment

    from costs
    union all
    select * from costs_by_group
    union all
    select
        costs_by_group.window_month,
        'all' as programme_id,
        costs_by_group.party_type,
        {% for amount in amounts -%}
            cast(sum(costs_by_group.{{ amount }}) as decimal(28, 8)) as {{ amount }},
        {% endfor -%}
        costs_by_group.segment

    from costs_by_group
    inner join summed
        on
            costs_by_group.window_month = summed.window_month
            and summed.programme_id = 'all'
            and summed.party_type = 'all'
            and summed.segment = 'all'
            and summed.touches > 0
    group by costs_by_group.window_month, costs_by_group.party_type, costs_by_group.segment

),

listed as (

    select
        window_month,
        programme_id,
        party_type,
        segment

    from summed
    union distinct
    select
        window_month,
        programme_id,
        party_type,
        segment

    from retained_margins
    union distinct
    select
        window_month,
        programme_id,
        party_type,
        segment

    from borne
    union distinct
    select
        window_month,
        programme_id,
        'all' as party_type,
        'all' as segment

    from windows

),

-- impressions name no programme and no party
impressions as (

    select
        windows.window_month,
        cast(sum(content_metrics.organic_impressions) as double) as organic_impressions

    from content_metrics
    inner join windows
        on
            windows.programme_id = 'all'
            and content_metrics.metric_date >= windows.window_start
            and content_metrics.metric_date <= windows.window_end
    group by windows.window_month

),

joined as (

    select
        windows.window_month,
        windows.programme_id,
        windows.programme_name,
        windows.programme_kind,
        windows.window_start,
        windows.window_end,
        windows.is_latest,
        listed.party_type,
        listed.segment,
        {% for category in categories -%}
            coalesce(borne.cost_{{ category }}, 0) as cost_{{ category }},
        {% endfor -%}
        coalesce(borne.allocated_cost, 0) as allocated_cost,
        cast(coalesce(borne.earned_insight, 0) as double) as earned_insight,
        coalesce(summed.treated_parties, 0) as treated_parties,
        coalesce(retained_margins.evidence_tier, 'none') as evidence_tier,
        case
            when retained_margins.programme_id is not null then retained_margins.demotion_reason
            when windows.programme_id = 'all' then 'no programme has evidence of tier A or B'
            when listed.party_type != 'all' or listed.segment != 'all'
                then 'nobody of the group was compared'
            else 'no customer was touched first in the window'
        end as demotion_reason,
        coalesce(retained_margins.n_treated, 0) as n_treated,
        retained_margins.retained_margin,
        retained_margins.retained_margin_low,
        retained_margins.retained_margin_high,
        retained_margins.sampling_low,
        retained_margins.sampling_high,
        retained_margins.bracket_low,
        retained_margins.bracket_high,
        retained_margins.naive_margin,
        retained_margins.selection_share,
        retained_margins.future_value,
        retained_margins.future_value_low,
        retained_margins.future_value_high,
        retained_margins.robustness_value,
        retained_margins.price_resilience,
        retained_margins.margin_from_active,
        retained_margins.margin_from_frequency,
        retained_margins.margin_from_order_value,
        cast(coalesce(summed.referral_margin, 0) as double) as referral_margin,
        cast(coalesce(summed.referred_customers, 0) as double) as referred_customers,
        (1 - parameters.referral_incremental_share)
        * cast(coalesce(summed.referral_margin + summed.referral_reward, 0) as double)
            as type_two_margin,
        cast(coalesce(summed.deflected_questions, 0) as bigint) as deflected_questions,
        cast(coalesce(summed.deflected_questions, 0) * parameters.cost_per_contact as double)
            as deflected_service_cost,
        case
            when
                windows.programme_id = 'all'
                and listed.party_type = 'all'
                and listed.segment = 'all'
                then
                    impressions.organic_impressions
                    * cast(parameters.cost_per_thousand as double) / 1000
        end as earned_reach,
        cast(coalesce(summed.coded_margin, 0) as double) as coded_margin

    from windows
    cross join parameters
    inner join listed
        on
            windows.window_month = listed.window_month
            and windows.programme_id = listed.programme_id
    left join borne
        on
            listed.window_month = borne.window_month
            and listed.programme_id = borne.programme_id
            and listed.party_type = borne.party_type
            and listed.segment = borne.segment
    left join summed
        on
            listed.window_month = summed.window_month
            and listed.programme_id = summed.programme_id
            and listed.party_type = summed.party_type
            and listed.segment = summed.segment
    left join retained_margins
        on
            listed.window_month = retained_margins.window_month
            and listed.programme_id = retained_margins.programme_id
            and listed.party_type = retained_margins.party_type
            and listed.segment = retained_margins.segment
    left join impressions on windows.window_month = impressions.window_month

),

costed as (

    select
        *,
        {% for category in categories -%}
            cost_{{ category }}{{ " + " if not loop.last }}
        {%- endfor %} as relationship_cost

    from joined

),

valued as (

    select
        *,
        referral_margin - type_two_margin as type_one_margin,
        retained_margin
        + referral_margin
        - type_two_margin
        + deflected_service_cost
        + earned_insight as relationship_value,
        {{ safe_divide('coded_margin - cast(relationship_cost as double)', 'relationship_cost') }}
            as roi

    from costed

),

related as (

    select
        *,
        {{ safe_divide(
            'relationship_value - cast(relationship_cost as double)', 'relationship_cost'
        ) }} as ror

    from valued

),

final as (

    select
        related.*,
        related.ror
        - {{ safe_divide(
            'related.retained_margin - related.retained_margin_low', 'related.relationship_cost'
        ) }} as ror_low,
        related.ror
        + {{ safe_divide(
            'related.retained_margin_high - related.retained_margin', 'related.relationship_cost'
        ) }} as ror_high,
        related.ror - related.roi as halo,
        (related.ror - related.roi) * cast(related.relationship_cost as double) as halo_amount,
        case
            when related.evidence_tier = 'C'
                then 'a change, not an effect: in no total'
            when
                related.bracket_low < related.sampling_low
                or related.bracket_high > related.sampling_high
                then
                    'estimates that adjust differently disagree: the interval is their bracket'
            when related.evidence_tier = 'B'
                then 'adjusted for what is measured, and for nothing else'
        end as warning

    from related

)

select * from final
