{% set counts = [
    "incidents", "repurchases", "untouched_incidents", "untouched_repurchases"
] -%}
with

returns as (

    select * from {{ ref('int_returns_computed') }}

),

evidence as (

    select * from {{ ref('int_evidence_graded') }}

),

forgiveness as (

    select * from {{ ref('int_forgiveness_compared') }}

),

acquisitions as (

    select * from {{ ref('acquisition_costs') }}

),

referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

referred as (

    select
        customers.cohort_month,
        customers.acquisition_channel,
        count(*) as referred_customers

    from referrals
    inner join customers on referrals.referred_party_id = customers.party_id
    group by customers.cohort_month, customers.acquisition_channel

),

-- whom nobody referred bears the booked cost of the channel and month like everybody won there
others as (

    select
        acquisitions.cohort_month,
        acquisitions.new_customers - coalesce(referred.referred_customers, 0) as new_customers,
        cast(
            cast(acquisitions.booked_cost as double) * coalesce(
                1 - {{ safe_divide(
                    'coalesce(referred.referred_customers, 0)', 'acquisitions.new_customers'
                ) }},
                1
            ) as decimal(28, 8)
        ) as acquisition_cost

    from acquisitions
    left join referred
        on
            acquisitions.cohort_month = referred.cohort_month
            and acquisitions.acquisition_channel = referred.acquisition_channel

),

others_won as (

    select
        returns.window_month,
        sum(others.new_customers) as other_new_customers,
        sum(others.acquisition_cost) as other_acquisition_cost

    from returns
    inner join others
        on
            others.cohort_month >= returns.window_start
            and others.cohort_month <= returns.window_end
    where
        returns.programme_id = 'all'
        and returns.party_type = 'all'
        and returns.segment = 'all'
    group by returns.window_month

),

final as (

    select
        returns.programme_id,
        returns.programme_name,
        returns.programme_kind,
        returns.window_month,
        returns.window_start,
        returns.window_end,
        returns.is_latest,
        returns.party_type,
        returns.segment,
        returns.cost_up_front,
        returns.cost_ongoing,
        returns.cost_pr,
        returns.cost_support,
        returns.cost_research,
        returns.cost_product,
        returns.cost_acquisition,
        returns.cost_incentive,
        returns.relationship_cost,
        returns.allocated_cost,
        returns.retained_margin,
        returns.retained_margin_low,
        returns.retained_margin_high,
        returns.sampling_low,
        returns.sampling_high,
        returns.bracket_low,
        returns.bracket_high,
        returns.margin_from_active,
        returns.margin_from_frequency,
        returns.margin_from_order_value,
        returns.price_resilience,
        {% for measure in counts -%}
            case
                when returns.party_type = 'all' and returns.segment = 'all'
                    then forgiveness.{{ measure }}
            end as {{ measure }},
        {% endfor -%}
        case
            when returns.party_type = 'all' and returns.segment = 'all'
                then
                    {{ safe_divide('forgiveness.repurchases', 'forgiveness.incidents') }}
                    - {{ safe_divide(
                        'forgiveness.untouched_repurchases', 'forgiveness.untouched_incidents'
                    ) }}
        end as forgiveness,
        returns.naive_margin,
        returns.selection_share,
        returns.robustness_value,
        returns.referral_margin,
        returns.type_one_margin,
        returns.type_two_margin,
        returns.referred_customers,
        others_won.other_acquisition_cost,
        others_won.other_new_customers,
        returns.referred_customers * {{ safe_divide(
            'nullif(others_won.other_acquisition_cost, 0)', 'others_won.other_new_customers'
        ) }} as saved_acquisition_cost,
        returns.deflected_questions,
        returns.deflected_service_cost,
        returns.earned_insight,
        returns.relationship_value,
        returns.future_value,
        returns.future_value_low,
        returns.future_value_high,
        returns.earned_reach,
        returns.ror,
        returns.ror_low,
        returns.ror_high,
        returns.coded_margin,
        returns.roi,
        returns.halo,
        returns.halo_amount,
        returns.evidence_tier,
        returns.demotion_reason,
        returns.warning,
        returns.treated_parties,
        returns.n_treated,
        case
            when returns.evidence_tier = 'A' then evidence.n_assigned_control
            when returns.evidence_tier = 'B' then evidence.n_control
            else 0
        end as n_control,
        evidence.placebo as placebo_margin,
        evidence.placebo - parameters.confidence_z * evidence.placebo_error as placebo_margin_low,
        evidence.placebo + parameters.confidence_z * evidence.placebo_error as placebo_margin_high,
        evidence.n_placebo,
        evidence.placebo_p_value,
        evidence.trimmed_share,
        evidence.max_imbalance,
        evidence.max_regressed_imbalance,
        evidence.touched_share,
        parameters.as_of_date

    from returns
    cross join parameters
    left join others_won on returns.window_month = others_won.window_month
    left join evidence
        on
            returns.window_month = evidence.window_month
            and returns.programme_id = evidence.programme_id
    left join forgiveness
        on
            returns.window_month = forgiveness.window_month
            and returns.programme_id = forgiveness.programme_id

)

select * from final
