-- The chance that a customer who is alive buys in the horizon, by Pareto/NBD: integrated as the
-- odds of dropout are in int_pareto_nbd_scored.

with

histories as (

    select * from {{ ref('int_purchase_histories_grouped') }}

),

parameters as (

    select * from {{ ref('int_clv_parameters_chosen') }}

),

outlooks as (

    select distinct
        basis,
        frequency,
        age_days

    from histories

),

prospects as (

    select
        outlooks.basis,
        parameters.variation,
        outlooks.frequency,
        outlooks.age_days,
        parameters.r + outlooks.frequency as shape,
        parameters.s,
        parameters.alpha + outlooks.age_days / parameters.time_unit_days as alpha_now,
        parameters.beta + outlooks.age_days / parameters.time_unit_days as beta_now,
        parameters.horizon

    from outlooks
    inner join parameters
        on
            outlooks.basis = parameters.basis
            and parameters.model = 'pareto_nbd'

),

reached as (

    select
        *,
        least(alpha_now, beta_now) / greatest(alpha_now, beta_now) as ratio,
        abs(alpha_now - beta_now) / greatest(alpha_now, beta_now) as gap,
        case when alpha_now <= beta_now then shape else s - 1 end as near,
        case when alpha_now <= beta_now then s else shape + 1 end as far,
        least(
            horizon,
            alpha_now * (exp(least(32 / shape, 700)) - 1),
            beta_now * (exp(least(32 / s, 700)) - 1)
        ) / least(alpha_now, beta_now) as reach

    from prospects

),

spanned as (

    select
        *,
        {{ log1p('reach') }} as span

    from reached

),

final as (

    select
        basis,
        variation,
        frequency,
        age_days,
        least(
            shape * span * case when alpha_now <= beta_now then 1 else ratio end * {{ sum_of_nodes(
                "{weight} * exp(-near * {node} * span - far * ln(gap + ratio * exp({node} * span)))"
            ) }},
            1
        ) as p_purchase_alive

    from spanned

)

select * from final
