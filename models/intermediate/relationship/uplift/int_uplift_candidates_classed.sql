{% set edges = {
    "days_since_sign": [30, 60, 80, 90, 95, 98, 99],
    "days_since_order": [20, 40, 60, 80, 90, 95, 99],
    "engagement_rate": [10, 25, 40, 55, 70, 85],
} -%}
with

candidates as (

    select * from {{ ref('int_uplift_candidates_measured') }}

),

assignments as (

    select * from {{ ref('int_assignments_measured') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

lifetime_values as (

    select * from {{ ref('int_lifetime_values_computed') }}

),

referral_margins as (

    select * from {{ ref('int_referral_margins_dated') }}

),

-- the classes end at quantiles of the treated, so that they are fine where the treated are
tiles as (

    select
        {%- for measure in edges %}
            {{ measure }},
            ntile(100) over (
                partition by programme_id order by {{ measure }}, party_id, treated_month
            ) as {{ measure }}_tile,
        {%- endfor %}
        programme_id

    from candidates
    where is_treated

),

edges as (

    select
        {%- for measure, percentiles in edges.items() %}
            {%- for tile in percentiles %}
                max(case when {{ measure }}_tile = {{ tile }} then {{ measure }} end)
                    as {{ measure }}_{{ tile }},
            {%- endfor %}
        {%- endfor %}
        programme_id

    from tiles
    group by programme_id

),

classed as (

    select
        candidates.*,
        {%- for measure, percentiles in edges.items() %}
            1
            {%- for tile in percentiles %}
                + case
                    when candidates.{{ measure }} > edges.{{ measure }}_{{ tile }} then 1 else 0
                end
            {%- endfor %} as {{ measure }}_class,
        {%- endfor %}
        case
            when candidates.orders_before <= 8 then candidates.orders_before
            when candidates.orders_before <= 10 then 9
            when candidates.orders_before <= 12 then 10
            when candidates.orders_before <= 15 then 11
            when candidates.orders_before <= 19 then 12
            when candidates.orders_before <= 24 then 13
            else 14
        end as orders_class

    from candidates
    inner join edges on candidates.programme_id = edges.programme_id

),

grouped as (

    select
        *,
        case
            when orders_class <= 3 then orders_class
            when orders_class <= 5 then 4
            when orders_class <= 8 then 5
            when orders_class <= 10 then 6
            else 7
        end as orders_group,
        case
            when days_since_sign_class <= 2 then 1
            when days_since_sign_class <= 4 then 2
            when days_since_sign_class <= 6 then 3
            else 4
        end as days_since_sign_group

    from classed

),

-- margin that is counted for a programme's referral is in no arm, where that was settled before the
-- lot: who ordered first after it may have done so because of it
first_assignments as (

    select
        assignments.*,
        dense_rank() over (
            partition by assignments.programme_id order by assignments.arm
        ) as arm_number

    from assignments
    left join referral_margins
        on
            assignments.party_id = referral_margins.party_id
            and assignments.assigned_on > referral_margins.credited_from
            and assignments.assigned_on < referral_margins.credited_until
    where
        assignments.is_horizon_complete
        and referral_margins.party_id is null

),

arms as (

    select distinct
        programme_id,
        arm,
        arm_number

    from first_assignments
    where arm != 'control'

),

-- a control stands against every arm
assigned as (

    select
        first_assignments.programme_id,
        first_assignments.assigned_month as treated_month,
        first_assignments.party_id,
        first_assignments.arm != 'control' as is_treated,
        arms.arm_number,
        first_assignments.orders_before,
        first_assignments.orders_after,
        first_assignments.full_price_orders_after,
        first_assignments.margin_before,
        first_assignments.margin_after

    from first_assignments
    inner join arms
        on
            first_assignments.programme_id = arms.programme_id
            and (first_assignments.arm = arms.arm or first_assignments.arm = 'control')

),

united as (

    select
        'observed' as design,
        programme_id,
        treated_month,
        party_id,
        is_treated,
        bucket,
        cast(tenure_class as bigint) as tenure_class,
        cast(tenure_class * 10 + orders_group as bigint) as orders_stratum,
        cast(
            (tenure_class * 10 + orders_group) * 10 + days_since_sign_group as bigint
        ) as signs_stratum,
        cast(tenure_class * 100 + orders_class as bigint) as count_stratum,
        cast(
            (tenure_class * 100 + orders_class) * 10 + days_since_sign_group as bigint
        ) as count_signs_stratum,
        cast(
            ((tenure_class * 100 + orders_class) * 10 + days_since_sign_group) * 10
            + case
                when engagement_rate_class <= 2 then 1
                when engagement_rate_class <= 4 then 2
                else 3
            end as bigint
        ) as coarse_stratum,
        cast(
            ((tenure_class * 100 + orders_class) * 10 + days_since_sign_class) * 10
            + engagement_rate_class as bigint
        ) as full_stratum,
        cast(
            (tenure_class * 100 + orders_class) * 10 + days_since_order_class as bigint
        ) as purchase_stratum,
        tenure_class = 5 as has_placebo,
        tenure_class >= 4 as has_before,
        cast(tenure_days as bigint) as tenure_days,
        cast(days_since_order as bigint) as days_since_order,
        cast(days_since_sign as bigint) as days_since_sign,
        cast(engagement_rate as decimal(18, 6)) as engagement_rate,
        cast(sentiment_before as decimal(18, 6)) as sentiment_before,
        cast(programmes_before as bigint) as programmes_before,
        orders_before,
        orders_after,
        full_price_orders_after,
        residual_clv,
        margin_long_before,
        margin_before,
        margin_after,
        margin_touched

    from grouped
    union all
    select
        'randomised' as design,
        assigned.programme_id,
        assigned.treated_month,
        assigned.party_id,
        assigned.is_treated,
        mod({{ hash_number('assigned.party_id') }}, 100) as bucket,
        cast(assigned.arm_number as bigint) as tenure_class,
        cast(assigned.arm_number as bigint) as orders_stratum,
        cast(assigned.arm_number as bigint) as signs_stratum,
        cast(assigned.arm_number as bigint) as count_stratum,
        cast(assigned.arm_number as bigint) as count_signs_stratum,
        cast(assigned.arm_number as bigint) as coarse_stratum,
        cast(assigned.arm_number as bigint) as full_stratum,
        cast(assigned.arm_number as bigint) as purchase_stratum,
        false as has_placebo,
        false as has_before,
        cast(0 as bigint) as tenure_days,
        cast(0 as bigint) as days_since_order,
        cast(0 as bigint) as days_since_sign,
        cast(0 as decimal(18, 6)) as engagement_rate,
        cast(0 as decimal(18, 6)) as sentiment_before,
        cast(0 as bigint) as programmes_before,
        assigned.orders_before,
        assigned.orders_after,
        assigned.full_price_orders_after,
        cast(lifetime_values.residual_clv as decimal(18, 4)) as residual_clv,
        cast(0 as decimal(18, 4)) as margin_long_before,
        assigned.margin_before,
        assigned.margin_after,
        cast(0 as decimal(18, 4)) as margin_touched

    from assigned
    left join lifetime_values on assigned.party_id = lifetime_values.party_id

),

final as (

    select
        united.*,
        parties.party_type,
        parties.segment,
        parties.acquisition_channel

    from united
    inner join parties on united.party_id = parties.party_id

)

select * from final
