with

parameters as (

    select * from {{ ref('parameters') }}

),

overrides as (

    select * from {{ ref('stg_relationship__parameter_overrides') }}

),

deliveries as (

    select * from {{ source('load', 'deliveries') }}

),

last_delivery as (

    select max(last_event_on) as last_event_on from deliveries

),

resolved as (

    select
        parameters.parameter,
        coalesce(overrides.value, parameters.value) as value

    from parameters
    left join overrides on parameters.parameter = overrides.parameter

),

pivoted as (

    select
        {{ parameter("reporting_currency", "string") }},
        {{ parameter("reporting_time_zone", "string") }},
        {{ parameter("week_start", "bigint") }},
        {{ parameter("cohort_grain", "string") }},
        {{ parameter("default_margin_rate", "decimal(18,8)") }},
        {{ parameter("fx_max_age_days", "bigint") }},
        {{ parameter("confidence_z", "double") }},
        {{ parameter("min_segment_size", "bigint") }},
        {{ parameter("identity_max_parties_per_identifier", "bigint") }},
        {{ parameter("identity_max_component_size", "bigint") }},
        {{ parameter("churn_window_days", "bigint") }},
        {{ parameter("counter_reset_below", "decimal(18,8)") }},
        {{ parameter("clv_horizon_days", "bigint") }},
        {{ parameter("clv_discount_rate", "double") }},
        {{ parameter("clv_time_unit_days", "double") }},
        {{ parameter("clv_default_model", "string") }},
        {{ parameter("clv_holdout_days", "bigint") }},
        {{ parameter("clv_min_customers", "bigint") }},
        {{ parameter("nps_promoter_min", "bigint") }},
        {{ parameter("nps_detractor_max", "bigint") }},
        {{ parameter("nps_wald_min_responses", "bigint") }},
        {{ parameter("nps_rolling_days", "bigint") }},
        {{ parameter("nps_response_rule", "string") }},
        {{ parameter("nps_recency_days_1", "bigint") }},
        {{ parameter("nps_recency_days_2", "bigint") }},
        {{ parameter("nps_recency_days_3", "bigint") }},
        {{ parameter("nps_orders_1", "bigint") }},
        {{ parameter("nps_orders_2", "bigint") }},
        {{ parameter("nps_min_stratum_responses", "bigint") }},
        {{ parameter("follow_up_sla_hours", "bigint") }},
        {{ parameter("follow_up_margin_days", "bigint") }},
        {{ parameter("business_days", "string") }},
        {{ parameter("business_opens_at", "string") }},
        {{ parameter("business_closes_at", "string") }},
        {{ parameter("response_sla_minutes", "bigint") }},
        {{ parameter("outreach_seconds", "bigint") }},
        {{ parameter("response_fast_hours", "bigint") }},
        {{ parameter("response_medium_hours", "bigint") }},
        {{ parameter("response_slow_hours", "bigint") }},
        {{ parameter("response_landmark_days", "bigint") }},
        {{ parameter("repurchase_window_days", "bigint") }},
        {{ parameter("uplift_horizon_months", "bigint") }},
        {{ parameter("touch_lookback_months", "bigint") }},
        {{ parameter("ror_window_months", "bigint") }},
        {{ parameter("referral_decay", "double") }},
        {{ parameter("referral_incremental_share", "double") }},
        {{ parameter("referral_max_steps", "bigint") }},
        {{ parameter("up_front_months", "bigint") }},
        {{ parameter("cost_per_contact", "decimal(18,4)") }},
        {{ parameter("default_text_language", "string") }},
        {{ parameter("sentiment_min_authors", "bigint") }},
        {{ parameter("sentiment_window_months", "bigint") }},
        {{ parameter("sentiment_prior_texts", "double") }},
        {{ parameter("score_months", "bigint") }},
        {{ parameter("score_half_life_months", "double") }},
        {{ parameter("score_window_months", "bigint") }},
        {{ parameter("score_reference_first_month", "string") }},
        {{ parameter("score_reference_months", "bigint") }},
        {{ parameter("score_late_answer_credit", "double") }},
        {{ parameter("score_referral_credit", "double") }},
        {{ parameter("level_1_min_love", "double") }},
        {{ parameter("level_2_min_love", "double") }},
        {{ parameter("level_3_min_love", "double") }},
        {{ parameter("scorecard_comparison_months", "bigint") }},
        {{ parameter("scorecard_window_months", "bigint") }},
        {{ parameter("scorecard_survey", "string") }},
        {{ parameter("min_arm_size", "bigint") }},
        {{ parameter("min_stratum_parties", "bigint") }},
        {{ parameter("max_propensity", "double") }},
        {{ parameter("min_overlap_share", "double") }},
        {{ parameter("max_touched_share", "double") }},
        {{ parameter("max_imbalance", "double") }},
        {{ parameter("max_regressed_imbalance", "double") }},
        {{ parameter("cost_per_thousand", "double") }},
        {{ parameter("min_before_after_customers", "bigint") }}

    from resolved

),

final as (

    select
        {% if var("as_of_date") -%}
            cast('{{ var("as_of_date") }}' as date) as as_of_date,
        {% else -%}
            last_delivery.last_event_on as as_of_date,
        {% endif -%}
        pivoted.*

    from pivoted
    cross join last_delivery

)

select * from final
