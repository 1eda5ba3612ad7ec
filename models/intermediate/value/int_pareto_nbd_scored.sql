-- Kernels of Pareto/NBD for each distinct history, from exp and ln alone. Dropout times are
-- integrated in u = ln((m + time) / (m + start)), m = the smaller of alpha and beta, cut where the
-- integrand has fallen by e^-32.

with

grouped as (

    select * from {{ ref('int_purchase_histories_grouped') }}

),

dated as (

    select * from {{ ref('int_purchase_histories_dated') }}

),

-- at the ends of months the fitted parameters alone are asked for, not their variations
histories as (

    select
        basis,
        frequency,
        recency_days,
        age_days,
        true as is_varied

    from grouped
    union all
    select distinct
        'score' as basis,
        dated.frequency,
        dated.recency_days,
        dated.age_days,
        false as is_varied

    from dated
    left join grouped
        on
            grouped.basis = 'score'
            and dated.frequency = grouped.frequency
            and dated.recency_days = grouped.recency_days
            and dated.age_days = grouped.age_days
    where grouped.basis is null

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
        (histories.age_days - histories.recency_days) / pareto_nbd.time_unit_days as silence

    from histories
    inner join pareto_nbd
        on
            histories.basis = pareto_nbd.basis
            and (histories.is_varied or pareto_nbd.variation = 0)

),

-- near and far are powers of the integrand: of e^-u, and of 1 / (gap + ratio e^u)
spanned as (

    select
        *,
        exp(-shape * ln(1 + silence / alpha_last) - s * ln(1 + silence / beta_last)) as survival,
        least(alpha_last, beta_last) / greatest(alpha_last, beta_last) as ratio,
        abs(alpha_last - beta_last) / greatest(alpha_last, beta_last) as gap,
        case when alpha_last <= beta_last then shape - 1 else s end as near,
        case when alpha_last <= beta_last then s + 1 else shape end as far,
        ln(1 + least(
            silence,
            alpha_last * (exp(least(32 / shape, 700)) - 1),
            beta_last * (exp(least(32 / s, 700)) - 1)
        ) / least(alpha_last, beta_last)) as span

    from measured

),

sloped as (

    select
        *,
        -near * span as slope

    from spanned

),

integrated as (

    select
        *,
        s * span * case when alpha_last <= beta_last then ratio else 1 end * {{ sum_of_nodes(
            "{weight} * exp({node} * slope - far * ln(gap + ratio * exp({node} * span)))"
        ) }} as odds_of_dropout

    from sloped

),

alive as (

    select
        basis,
        variation,
        frequency,
        recency_days,
        age_days,
        survival / (survival + odds_of_dropout) as p_alive

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
        beta_now * {{ sum_exactly('mass') }} as life,
        beta_now * {{ sum_exactly('mass * value') }} as discounted_life,
        beta_now * {{ sum_exactly('mass * value * value') }} as twice_discounted_life,
        2 * beta_now * horizon * {{ sum_exactly('mass * value * annuity') }} as life_of_pairs

    from discounted
    group by basis, variation, age_days, r, alpha_now, beta_now, horizon

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
        / (lives.alpha_now * lives.alpha_now) * lives.life_of_pairs as discounted_pairs

    from alive
    inner join lives
        on
            alive.basis = lives.basis
            and alive.variation = lives.variation
            and alive.age_days = lives.age_days

)

select * from final
