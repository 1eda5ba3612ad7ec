with

parameters as (

    select * from {{ ref('int_clv_parameters_chosen') }}

),

pareto_nbd as (

    select * from {{ ref('int_pareto_nbd_scored') }}

),

chances as (

    select * from {{ ref('int_purchase_chances_scored') }}

),

bg_nbd as (

    select * from {{ ref('int_bg_nbd_scored') }}

),

scored as (

    select
        pareto_nbd.*,
        pareto_nbd.p_alive * chances.p_purchase_alive as p_purchase

    from pareto_nbd
    left join chances
        on
            pareto_nbd.basis = chances.basis
            and pareto_nbd.variation = chances.variation
            and pareto_nbd.frequency = chances.frequency
            and pareto_nbd.age_days = chances.age_days
    union all
    select * from bg_nbd

),

final as (

    select
        scored.*,
        parameters.is_default

    from scored
    inner join parameters
        on
            scored.basis = parameters.basis
            and scored.model = parameters.model
            and scored.variation = parameters.variation

)

select * from final
