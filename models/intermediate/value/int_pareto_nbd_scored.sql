-- Kernels of Pareto/NBD for each distinct history, from exp and ln alone. Dropout times are
-- integrated in u = ln((m + time) / (m + start)), m = the smaller of alpha and beta, cut where the
-- integrand has fallen by e^-32.

with

listed as (

    select
        basis,
        frequency,
        recency_days,
        age_days,
        true as is_varied
    from {{ ref('int_purchase_histories_grouped') }}
    union all
    select
        'score' as basis,
        frequency,
        recency_days,
        age_days,
        false as is_varied
    from {{ ref('int_purchase_histories_dated') }}

),

-- at the ends of months the fitted parameters alone are asked for, not their variations
histories as (

    select
        basis,
        frequency,
        recency_days,
        age_days,
        {{ dbt.bool_or('is_varied') }} as is_varied

    from listed
    group by basis, frequency, recency_days, age_days

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
    inner join pareto_nbd
        on
            histories.basis = pareto_nbd.basis
            and (histories.is_varied or pareto_nbd.variation = 0)

),

reached as (

    select
        *,
        silence / alpha_last as alpha_silence,
        silence / beta_last as beta_silence,
        least(
            silence,
            alpha_last * (exp(least(32 / shape, 700)) - 1),
            beta_last * (exp(least(32 / s, 700)) - 1)
        ) / least_last as reach

    from measured

),

spanned as (

    select
        *,
        shape * {{ log1p('alpha_silence') }} + s * {{ log1p('beta_silence') }} as fall,
        {{ log1p('reach') }} as span

    from reached

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
        pareto_nbd.discount,
        pareto_nbd.horizon
        / (pareto_nbd.beta + ages.age_days / pareto_nbd.time_unit_days) as relative_horizon

    from ages
    inner join pareto_nbd on ages.basis = pareto_nbd.basis

),

outlooks_spanned as (

    select
        *,
        {{ log1p('relative_horizon') }} as whole_span,
        least({{ log1p('relative_horizon') }}, 32 / greatest(s - 1, 0.01)) as span

    from outlooks

),

outlook_nodes as (

    select
        outlooks_spanned.*,
        outlooks_spanned.beta_now * (exp(outlooks_spanned.span * nodes.node) - 1) as elapsed,
        outlooks_spanned.span * nodes.weight
        * exp((1 - outlooks_spanned.s) * outlooks_spanned.span * nodes.node) as mass

    from outlooks_spanned
    cross join {{ gauss_legendre_rows() }} as nodes (node, weight)

),

discounted as (

    select
        *,
        exp(-discount * elapsed) as value,
        case
            when discount * elapsed < 0.00001 then elapsed * (1 - discount * elapsed / 2)
            else (1 - exp(-discount * elapsed)) / discount
        end / horizon as annuity

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
        beta_now * {{ sum_exactly('mass * value') }} as discounted_life,
        beta_now * {{ sum_exactly('mass * value * value') }} as twice_discounted_life,
        2 * beta_now * horizon * {{ sum_exactly('mass * value * annuity') }} as life_of_pairs

    from discounted
    group by basis, variation, age_days, r, s, alpha_now, beta_now, horizon, whole_span

),

-- the chance that a customer alive today buys at all in the horizon
prospects as (

    select
        *,
        least(alpha_now, beta_now) as least_now,
        least(
            horizon,
            alpha_now * (exp(least(32 / shape, 700)) - 1),
            beta_now * (exp(least(32 / s, 700)) - 1)
        ) / least(alpha_now, beta_now) as reach

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
                and (histories.is_varied or outlooks.variation = 0)
    ) as distinct_prospects

),

prospects_spanned as (

    select
        *,
        {{ log1p('reach') }} as span

    from prospects

),

prospect_nodes as (

    select
        *,
        {{ at_each_node("least_now * (exp(span * {node}) - 1)", "time") }}

    from prospects_spanned

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
