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
        max(case when parameter = 'reporting_currency' then value end) as reporting_currency,
        {% for parameter, data_type in {
            "default_margin_rate": "decimal(18,8)",
            "fx_max_age_days": "bigint",
            "confidence_z": "double",
            "min_segment_size": "bigint",
            "churn_window_days": "bigint",
            "clv_horizon_days": "bigint",
            "clv_discount_rate": "double",
            "nps_promoter_min": "bigint",
            "nps_detractor_max": "bigint",
            "nps_wald_min_responses": "bigint",
            "nps_rolling_days": "bigint",
            "uplift_horizon_months": "bigint",
            "touch_lookback_months": "bigint",
            "ror_window_months": "bigint",
            "up_front_months": "bigint",
            "cost_per_contact": "decimal(18,4)",
            "min_before_after_customers": "bigint",
        }.items() -%}
        cast(max(case when parameter = '{{ parameter }}' then value end) as {{ data_type }})
            as {{ parameter }}{{ "," if not loop.last }}
    
{% endfor %}

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
