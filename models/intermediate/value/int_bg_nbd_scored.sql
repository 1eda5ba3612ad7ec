-- Kernels of BG/NBD for each distinct history, from exp, ln and sqrt alone. P(alive) is elementary.
-- Expected orders are the mean over the dropout probability p, Beta(a, b + x) today, of positive
-- terms, so that nothing cancels at a = 1 and nothing overflows at x = 1000: trapezoidal rule of
-- 128 nodes in y = logit p, y = mode + c sinh(node).
{%- set nodes = 128 %}

with

histories as (

    select * from {{ ref('int_purchase_histories_grouped') }}

),

parameters as (

    select * from {{ ref('int_clv_parameters_chosen') }}

),

bg_nbd as (

    select * from parameters
    where model = 'bg_nbd'

),

alive as (

    select
        bg_nbd.basis,
        bg_nbd.variation,
        histories.frequency,
        histories.recency_days,
        histories.age_days,
        case
            when histories.frequency = 0 then cast(1 as double)
            else
                1 / (
                    1 + exp(
                        ln(bg_nbd.a / (bg_nbd.b + histories.frequency - 1))
                        + (bg_nbd.r + histories.frequency) * {{ log1p(
                            "((histories.age_days - histories.recency_days)"
                            " / bg_nbd.time_unit_days)"
                            " / (bg_nbd.alpha + histories.recency_days / bg_nbd.time_unit_days)"
                        ) }}
                    )
                )
        end as p_alive

    from histories
    inner join bg_nbd on histories.basis = bg_nbd.basis

),

frequencies as (

    select distinct
        basis,
        frequency

    from histories

),

posteriors as (

    select
        bg_nbd.basis,
        bg_nbd.variation,
        frequencies.frequency,
        bg_nbd.a,
        bg_nbd.b + frequencies.frequency as b,
        ln(bg_nbd.a / (bg_nbd.b + frequencies.frequency)) as mode,
        least(sqrt(1 / bg_nbd.a + 1 / (bg_nbd.b + frequencies.frequency)), 1.5) as scale,
        38 / bg_nbd.a + 4 as reach_left,
        38 / (bg_nbd.b + frequencies.frequency) + ln(1 + 38 / bg_nbd.a) as reach_right

    from frequencies
    inner join bg_nbd on frequencies.basis = bg_nbd.basis

),

ranges as (

    select
        *,
        -ln(reach_left / scale + sqrt(reach_left / scale * reach_left / scale + 1)) as theta_left,
        ln(reach_right / scale + sqrt(reach_right / scale * reach_right / scale + 1)) as theta_right

    from posteriors

),

thetas as (

    select
        ranges.*,
        nodes.n as node,
        ranges.theta_left
        + (ranges.theta_right - ranges.theta_left) * (nodes.n + 0.5) / {{ nodes }} as theta

    from ranges
    cross join {{ series(nodes) }} as nodes

),

logits as (

    select
        *,
        mode + scale * (exp(theta) - exp(-theta)) / 2 as logit

    from thetas

),

densities as (

    select
        *,
        -- p and its density in y times dy / dtheta, as against the density at the mode
        exp(least(logit, 0) - {{ log1p('exp(-abs(logit))') }}) as dropout,
        (exp(theta) + exp(-theta)) / 2 * exp(
            a * (logit - mode)
            - (a + b) * (greatest(logit, 0) + {{ log1p('exp(-abs(logit))') }})
            + (a + b) * (greatest(mode, 0) + {{ log1p('exp(-abs(mode))') }})
        ) as density

    from logits

),

totals as (

    select
        basis,
        variation,
        frequency,
        {{ sum_exactly('density') }} as density

    from densities
    group by basis, variation, frequency

),

weights as (

    select
        densities.basis,
        densities.variation,
        densities.frequency,
        densities.node,
        densities.dropout,
        densities.density / totals.density as weight

    from densities
    inner join totals
        on
            densities.basis = totals.basis
            and densities.variation = totals.variation
            and densities.frequency = totals.frequency
    where densities.density / totals.density > 1e-20

),

outlooks as (

    select distinct
        basis,
        frequency,
        age_days

    from histories

),

outlooks_measured as (

    select
        bg_nbd.basis,
        bg_nbd.variation,
        outlooks.frequency,
        outlooks.age_days,
        bg_nbd.r + outlooks.frequency as shape,
        bg_nbd.alpha + outlooks.age_days / bg_nbd.time_unit_days as alpha_now,
        bg_nbd.horizon
        / (bg_nbd.alpha + outlooks.age_days / bg_nbd.time_unit_days) as relative_horizon,
        bg_nbd.discount

    from outlooks
    inner join bg_nbd on outlooks.basis = bg_nbd.basis

),

spanned as (

    select
        outlooks_measured.*,
        weights.weight,
        greatest(weights.dropout, 1e-200) as dropout,
        {{ log1p('greatest(weights.dropout, 1e-200) * outlooks_measured.relative_horizon') }}
            as whole_span

    from outlooks_measured
    inner join weights
        on
            outlooks_measured.basis = weights.basis
            and outlooks_measured.variation = weights.variation
            and outlooks_measured.frequency = weights.frequency

),

cut as (

    select
        *,
        least(whole_span, 38 / shape) as span

    from spanned

),

timed as (

    select
        *,
        {{ at_each_node("{weight} * exp(-shape * {node} * span)", "mass") }},
        {{ at_each_node(
            "alpha_now / dropout * case when span < 0.0001 then {node} * span * (1 + {node} "
            "* span / 2) else exp({node} * span) - 1 end",
            "time"
        ) }}

    from cut

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

    from timed

),

-- each at most about 2: against as many orders, or pairs of them, as there would be without dropout
terms as (

    select
        basis,
        variation,
        frequency,
        age_days,
        weight * whole_span / (dropout * relative_horizon)
        * {{ expm1_ratio('-shape * whole_span') }} as orders,
        weight * span / (dropout * relative_horizon)
        * {{ sum_of_nodes("mass_{i} * value_{i}") }} as discounted,
        weight * span / (dropout * relative_horizon)
        * {{ sum_of_nodes("mass_{i} * value_{i} * value_{i}") }} as twice_discounted,
        2 * (1 - dropout) * weight * span / (dropout * relative_horizon) * {{ sum_of_nodes(
            "mass_{i} * value_{i} * exp(-{node} * span) * annuity_{i} / (alpha_now * "
            "relative_horizon)"
        ) }} as pairs

    from discounted

),

summed as (

    select
        basis,
        variation,
        frequency,
        age_days,
        {{ sum_exactly('orders') }} as orders,
        {{ sum_exactly('discounted') }} as discounted,
        {{ sum_exactly('twice_discounted') }} as twice_discounted,
        {{ sum_exactly('pairs') }} as pairs

    from terms
    group by basis, variation, frequency, age_days

),

expected as (

    select
        summed.basis,
        summed.variation,
        summed.frequency,
        summed.age_days,
        outlooks_measured.shape * outlooks_measured.relative_horizon as orders_without_dropout,
        outlooks_measured.shape * (outlooks_measured.shape + 1)
        * outlooks_measured.relative_horizon * outlooks_measured.relative_horizon
            as pairs_without_dropout,
        1 - exp(-outlooks_measured.shape * ln(1 + outlooks_measured.relative_horizon))
            as p_purchase,
        summed.orders,
        summed.discounted,
        summed.twice_discounted,
        summed.pairs

    from summed
    inner join outlooks_measured
        on
            summed.basis = outlooks_measured.basis
            and summed.variation = outlooks_measured.variation
            and summed.frequency = outlooks_measured.frequency
            and summed.age_days = outlooks_measured.age_days

),

final as (

    select
        alive.basis,
        'bg_nbd' as model,
        alive.variation,
        alive.frequency,
        alive.recency_days,
        alive.age_days,
        alive.p_alive,
        alive.p_alive * expected.orders_without_dropout * expected.orders as expected_orders,
        alive.p_alive * expected.orders_without_dropout * expected.discounted as discounted_orders,
        alive.p_alive * expected.orders_without_dropout * expected.twice_discounted
            as twice_discounted_orders,
        alive.p_alive * expected.pairs_without_dropout * expected.pairs as discounted_pairs,
        alive.p_alive * expected.p_purchase as p_purchase

    from alive
    inner join expected
        on
            alive.basis = expected.basis
            and alive.variation = expected.variation
            and alive.frequency = expected.frequency
            and alive.age_days = expected.age_days

)

select * from final
