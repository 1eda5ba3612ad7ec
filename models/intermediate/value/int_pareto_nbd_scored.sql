-- Kernels of Pareto/NBD for each distinct history, from exp and ln alone. Dropout times are
-- integrated in u = ln((m + time) / (m + start)), m = the smaller of alpha and beta, cut where the
-- integrand has fallen by e^-38.

with

histories as (

    select
        basis,
        frequency,
        recency_days,
        age_days
    from {{ ref('int_purchase_histories_grouped') }}
    union distinct
    select
        'score' as basis,
        frequency,
        recency_days,
        age_days
    from {{ ref('int_purchase_histories_dated') }}

),

parameters as (

    select * from {{ ref('int_clv_parameters_chosen') }}

),

pareto_nbd as (

    select * from parameters
    where model = 'pareto_nbd'

),

measured as (

    select
        pareto_nbd.basis,
        pareto_nbd.variation,
        histories.frequency,
        histories.recency_days,
        histories.age_days,
        pareto_nbd.r + histories.frequency as shape,
        pareto_nbd.s,
        pareto_nbd.alpha + histories.recency_days / pareto_nbd.time_unit_days as alpha_last,
        pareto_nbd.beta + histories.recency_days / pareto_nbd.time_unit_days as beta_last,
        least(pareto_nbd.alpha, pareto_nbd.beta)
        + histories.recency_days / pareto_nbd.time_unit_days as least_last,
        (histories.age_days - histories.recency_days) / pareto_nbd.time_unit_days as silence

    from histories
    inner join pareto_nbd on histories.basis = pareto_nbd.basis

),

spanned as (

    select
        *,
        shape * {{ log1p('silence / alpha_last') }}
        + s * {{ log1p('silence / beta_last') }} as fall,
        {{ log1p(
            'least(silence, alpha_last * (exp(least(38 / shape, 700)) - 1), '
            'beta_last * (exp(least(38 / s, 700)) - 1)) / least_last'
        ) }} as span

    from measured

),

nodes as (

    select
        *,
        {{ at_each_node("least_last * (exp(span * {node}) - 1)", "rise") }}

    from spanned

),

integrated as (

    select
        *,
        s * span * {{ sum_of_nodes(
            "{weight} * exp(-shape * ln(1 + rise_{i} / alpha_last) - s * ln(1 + rise_{i} / "
            "beta_last)) * (least_last + rise_{i}) / (beta_last + rise_{i})"
        ) }} as odds_of_dropout

    from nodes

),

alive as (

    select
        basis,
        variation,
        frequency,
        recency_days,
        age_days,
        exp(-fall) / (exp(-fall) + odds_of_dropout) as p_alive

    from integrated

),

ages as (

    select distinct
        basis,
        age_days

    from histories

),

outlooks as (

    select
        pareto_nbd.basis,
        pareto_nbd.variation,
        ages.age_days,
        pareto_nbd.r,
        pareto_nbd.s,
        pareto_nbd.alpha + ages.age_days / pareto_nbd.time_unit_days as alpha_now,
        pareto_nbd.beta + ages.age_days / pareto_nbd.time_unit_days as beta_now,
        pareto_nbd.horizon,
        pareto_nbd.discount

    from ages
    inner join pareto_nbd on ages.basis = pareto_nbd.basis

),

outlooks_spanned as (

    select
        *,
        {{ log1p('horizon / beta_now') }} as whole_span,
        least(
            {{ log1p('horizon / beta_now') }},
            38 / greatest(s - 1, 0.01)
        ) as span

    from outlooks

),

outlook_nodes as (

    select
        *,
        {{ at_each_node("beta_now * (exp(span * {node}) - 1)", "time") }},
        {{ at_each_node("span * {weight} * exp((1 - s) * span * {node})", "mass") }}

    from outlooks_spanned

),

discounted as (

    select
        *,
        {{ at_each_node("exp(-discount * time_{i})", "value") }},
        {{ at_each_node(
            "case when discount * time_{i} < 0.00001 then time_{i} * (1 - discount * "
            "time_{i} / 2) else (1 - exp(-discount * time_{i})) / discount end",
            "annuity"
        ) }}

    from outlook_nodes

),

-- time that a customer alive today is expected to live in the horizon: plain, discounted, and what
-- the variance needs
lives as (

    select
        basis,
        variation,
        age_days,
        r,
        alpha_now,
        beta_now * whole_span * {{ expm1_ratio('(1 - s) * whole_span') }} as life,
        beta_now * {{ sum_of_nodes("mass_{i} * value_{i}") }} as discounted_life,
        beta_now * {{ sum_of_nodes("mass_{i} * value_{i} * value_{i}") }} as twice_discounted_life,
        2 * beta_now * {{ sum_of_nodes("mass_{i} * value_{i} * annuity_{i}") }} as life_of_pairs

    from discounted

),

-- the chance that a customer alive today buys at all in the horizon
prospects as (

    select
        *,
        least(alpha_now, beta_now) as least_now,
        {{ log1p(
            "least(horizon, alpha_now * (exp(least(38 / shape, 700)) - 1), "
            "beta_now * (exp(least(38 / s, 700)) - 1)) / least(alpha_now, beta_now)"
        ) }} as span

    from (
        select distinct
            outlooks.basis,
            outlooks.variation,
            histories.frequency,
            outlooks.age_days,
            outlooks.r + histories.frequency as shape,
            outlooks.s,
            outlooks.alpha_now,
            outlooks.beta_now,
            outlooks.horizon

        from histories
        inner join outlooks
            on
                histories.basis = outlooks.basis
                and histories.age_days = outlooks.age_days
    ) as distinct_prospects

),

prospect_nodes as (

    select
        *,
        {{ at_each_node("least_now * (exp(span * {node}) - 1)", "time") }}

    from prospects

),

purchasing as (

    select
        basis,
        variation,
        frequency,
        age_days,
        least(
            shape * span * {{ sum_of_nodes(
            "{weight} * exp(-shape * ln(1 + time_{i} / alpha_now) - s * ln(1 + time_{i} / "
            "beta_now)) * (least_now + time_{i}) / (alpha_now + time_{i})"
        ) }},
            1
        ) as p_purchase

    from prospect_nodes

),

final as (

    select
        alive.basis,
        'pareto_nbd' as model,
        alive.variation,
        alive.frequency,
        alive.recency_days,
        alive.age_days,
        alive.p_alive,
        alive.p_alive * (lives.r + alive.frequency) / lives.alpha_now * lives.life
            as expected_orders,
        alive.p_alive * (lives.r + alive.frequency) / lives.alpha_now * lives.discounted_life
            as discounted_orders,
        alive.p_alive * (lives.r + alive.frequency) / lives.alpha_now * lives.twice_discounted_life
            as twice_discounted_orders,
        alive.p_alive * (lives.r + alive.frequency) * (lives.r + alive.frequency + 1)
        / (lives.alpha_now * lives.alpha_now) * lives.life_of_pairs as discounted_pairs,
        alive.p_alive * purchasing.p_purchase as p_purchase

    from alive
    inner join lives
        on
            alive.basis = lives.basis
            and alive.variation = lives.variation
            and alive.age_days = lives.age_days
    inner join purchasing
        on
            alive.basis = purchasing.basis
            and alive.variation = purchasing.variation
            and alive.frequency = purchasing.frequency
            and alive.age_days = purchasing.age_days

)

select * from final
