with

parameters as (

    select * from {{ ref('int_clv_parameters_chosen') }}

),

pareto_nbd as (

    select * from {{ ref('int_pareto_nbd_scored') }}

),

bg_nbd as (

    select * from {{ ref('int_bg_nbd_scored') }}

),

scored as (

    select * from pareto_nbd
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
