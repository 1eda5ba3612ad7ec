-- Kernels of Pareto/NBD for each distinct history, from exp and ln alone. Dropout times are
-- integrated in u = ln((m + time) / (m + start)), m = the smaller of alpha and beta, cut where the
-- integrand has fallen by e^-38.
{%- set rules = gauss_legendre() %}

with

histories as (

    select * from {{ ref('int_purchase_histories_grouped') }}

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
        {% for node, weight in rules -%}
            least_last * (exp(span * {{ node }}) - 1)
                as rise_{{ loop.index }}{{ "," if not loop.last }}
        {% endfor %}

    from spanned

),

integrated as (

    select
        *,
        s * span * (
            {%- for node, weight in rules %}
                {{ "+ " if not loop.first }}{{ weight }}
                * exp(
                    -shape * ln(1 + rise_{{ loop.index }} / alpha_last)
                    - s * ln(1 + rise_{{ loop.index }} / beta_last)
                )
                * (least_last + rise_{{ loop.index }}) / (beta_last + rise_{{ loop.index }})
            {%- endfor %}
        ) as odds_of_dropout

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
        {% for node, weight in rules -%}
            beta_now * (exp(span * {{ node }}) - 1) as time_{{ loop.index }},
            span * {{ weight }} * exp((1 - s) * span * {{ node }})
                as mass_{{ loop.index }}{{ "," if not loop.last }}
        {% endfor %}

    from outlooks_spanned

),

discounted as (

    select
        *,
        {% for node, weight in rules -%}
            exp(-discount * time_{{ loop.index }}) as value_{{ loop.index }},
            case
                when discount * time_{{ loop.index }} < 0.00001
                    then time_{{ loop.index }} * (1 - discount * time_{{ loop.index }} / 2)
                else (1 - exp(-discount * time_{{ loop.index }})) / discount
            end as annuity_{{ loop.index }}{{ "," if not loop.last }}
        {% endfor %}

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
        beta_now * (
            {%- for node, weight in rules %}
                {{ "+ " if not loop.first }}mass_{{ loop.index }} * value_{{ loop.index }}
            {%- endfor %}
        ) as discounted_life,
        beta_now * (
            {%- for node, weight in rules %}
                {{ "+ " if not loop.first }}mass_{{ loop.index }}
                * value_{{ loop.index }} * value_{{ loop.index }}
            {%- endfor %}
        ) as twice_discounted_life,
        2 * beta_now * (
            {%- for node, weight in rules %}
                {{ "+ " if not loop.first }}mass_{{ loop.index }}
                * value_{{ loop.index }} * annuity_{{ loop.index }}
            {%- endfor %}
        ) as life_of_pairs

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
        {% for node, weight in rules -%}
            least_now * (exp(span * {{ node }}) - 1)
                as time_{{ loop.index }}{{ "," if not loop.last }}
        {% endfor %}

    from prospects

),

purchasing as (

    select
        basis,
        variation,
        frequency,
        age_days,
        least(
            shape * span * (
                {%- for node, weight in rules %}
                    {{ "+ " if not loop.first }}{{ weight }}
                    * exp(
                        -shape * ln(1 + time_{{ loop.index }} / alpha_now)
                        - s * ln(1 + time_{{ loop.index }} / beta_now)
                    )
                    * (least_now + time_{{ loop.index }}) / (alpha_now + time_{{ loop.index }})
                {%- endfor %}
            ),
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
