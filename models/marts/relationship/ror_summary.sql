-- a table, as relationship_scorecard reads it too
{{ config(materialized="table") }}

with

returns as (

    select * from {{ ref('ror_by_programme') }}
    where programme_id = 'all'

),

final as (

    select
        window_month as month,
        party_type,
        segment,
        window_start,
        window_end,
        is_latest,
        relationship_cost,
        retained_margin,
        retained_margin_low,
        retained_margin_high,
        referral_margin,
        type_one_margin,
        type_two_margin,
        referred_customers,
        other_acquisition_cost,
        other_new_customers,
        saved_acquisition_cost,
        deflected_service_cost,
        earned_insight,
        relationship_value,
        future_value,
        earned_reach,
        ror,
        ror_low,
        ror_high,
        coded_margin,
        roi,
        halo,
        halo_amount,
        naive_margin,
        selection_share,
        evidence_tier,
        demotion_reason,
        warning,
        treated_parties,
        n_treated,
        as_of_date

    from returns

)

select * from final
