-- Kernels of BG/NBD for each distinct history, from exp, ln, sqrt, sin and cos alone. P(alive) is
-- elementary. Expected orders are the mean over the dropout probability p, Beta(a, b + x) today, of
-- positive terms, so that nothing cancels at a = 1 and nothing overflows at x = 1000: trapezoidal
-- rule in y = logit p, y = mode + c sinh(theta). For each x they are an analytic function of ln A,
-- A = alpha + T, in a strip of half-width pi: computed at Chebyshev points, interpolated between.

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

aged as (

    select distinct
        basis,
        age_days

    from histories

),

frequencies as (

    select distinct
        basis,
        frequency

    from histories

),

-- the dropout probability of those alive, at nodes with weights that sum to one
posteriors as (

    select
        bg_nbd.basis,
        bg_nbd.variation,
        frequencies.frequency,
        bg_nbd.r + frequencies.frequency as shape,
        bg_nbd.a,
        bg_nbd.b + frequencies.frequency as b,
        ln(bg_nbd.a / (bg_nbd.b + frequencies.frequency)) as mode,
        least(sqrt(1 / bg_nbd.a + 1 / (bg_nbd.b + frequencies.frequency)), 1.5) as scale,
        ln(1 + bg_nbd.horizon / bg_nbd.alpha) as log_reach,
        38 / bg_nbd.a + 4 as reach_left,
        38 / (bg_nbd.b + frequencies.frequency) + ln(1 + 38 / bg_nbd.a) as reach_right

    from frequencies
    inner join bg_nbd on frequencies.basis = bg_nbd.basis

),

ranges as (

    select
        *,
        -ln(reach_left / scale + sqrt(reach_left / scale * reach_left / scale + 1)) as theta_left,
        ln(reach_right / scale + sqrt(reach_right / scale * reach_right / scale + 1))
            as theta_right,
        -- the further a pole lies from the mode, the nearer it comes in theta
        0.8 / (greatest(-mode, mode + log_reach) + 3) as step

    from posteriors

),

thetas as (

    select
        ranges.*,
        exp(ranges.theta_left + ranges.step * nodes.n) as growth

    from ranges
    inner join {{ series(1024) }} as nodes
        on ranges.theta_left + ranges.step * nodes.n < ranges.theta_right

),

logits as (

    select
        *,
        mode + scale * (growth - 1 / growth) / 2 as logit

    from thetas

),

densities as (

    select
        *,
        exp(-abs(logit)) as odds,
        -- in theta, as against the density at the mode
        (growth + 1 / growth) * exp(
            a * (logit - mode)
            - (a + b) * (greatest(logit, 0) - greatest(mode, 0))
            - (a + b) * (ln(1 + exp(-abs(logit))) - ln(1 + exp(-abs(mode))))
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
        densities.shape,
        greatest(
            case when densities.logit < 0 then densities.odds else 1 end / (1 + densities.odds),
            1e-200
        ) as dropout,
        densities.density / totals.density as weight

    from densities
    inner join totals
        on
            densities.basis = totals.basis
            and densities.variation = totals.variation
            and densities.frequency = totals.frequency
    where densities.density / totals.density > 1e-14

),

-- Chebyshev points in ln A, as many as the width of the range asks for
extents as (

    select
        bg_nbd.basis,
        bg_nbd.variation,
        bg_nbd.horizon,
        bg_nbd.discount,
        ln(bg_nbd.alpha + min(aged.age_days) / bg_nbd.time_unit_days) as low,
        ln(bg_nbd.alpha + max(aged.age_days) / bg_nbd.time_unit_days) as high

    from bg_nbd
    inner join aged on bg_nbd.basis = aged.basis
    group by
        bg_nbd.basis,
        bg_nbd.variation,
        bg_nbd.horizon,
        bg_nbd.discount,
        bg_nbd.alpha,
        bg_nbd.time_unit_days

),

widths as (

    select
        *,
        (low + high) / 2 as middle,
        greatest((high - low) / 2, 0.01) as half

    from extents

),

counts as (

    select
        *,
        floor(30 / ln(pi() / half + sqrt(pi() / half * pi() / half + 1))) + 1 as points

    from widths

),

points as (

    select
        counts.*,
        nodes.n,
        counts.middle
        + counts.half * cos(pi() * (nodes.n + 0.5) / counts.points) as log_scale,
        (1 - 2 * mod(nodes.n, 2)) * sin(pi() * (nodes.n + 0.5) / counts.points) as sign

    from counts
    inner join {{ series(256) }} as nodes on nodes.n < counts.points

),

spanned as (

    select
        points.n,
        points.discount * points.horizon as decay,
        weights.*,
        weights.dropout * points.horizon / exp(points.log_scale) as pace

    from weights
    inner join points
        on
            weights.basis = points.basis
            and weights.variation = points.variation

),

cut as (

    select
        *,
        {{ log1p('pace') }} as whole_span,
        least({{ log1p('pace') }}, 32 / shape) as span

    from spanned

),

started as (

    select
        *,
        weight * whole_span / pace * {{ expm1_ratio('-shape * whole_span') }} as orders,
        weight * span / pace as unit,
        -- share of the horizon that a node has reached; its first terms where it would cancel
        case when span > 0.00001 then 1 / pace else 0 end as steep,
        case when span > 0.00001 then 0 else span / pace end as flat

    from cut

),

timed as (

    select
        *,
        {{ at_each_node("exp({node} * span)", "growth") }}

    from started

),

reached as (

    select
        *,
        {{ at_each_node("{weight} * exp(-shape * {node} * span)", "mass") }},
        {{ at_each_node(
            "steep * (growth_{i} - 1) + flat * {node} * (1 + {node} * span / 2)", "time"
        ) }}

    from timed

),

discounted as (

    select
        *,
        {{ at_each_node("exp(-decay * time_{i})", "value") }}

    from reached

),

annuities as (

    select
        *,
        {{ at_each_node(
            "case when decay * time_{i} < 0.00001 then time_{i} * (1 - decay * time_{i} / 2) "
            "else (1 - value_{i}) / decay end",
            "annuity"
        ) }}

    from discounted

),

-- each at most about 2: against as many orders, or pairs of them, as there would be without dropout
summed as (

    select
        basis,
        variation,
        frequency,
        n,
        {{ sum_exactly('orders') }} as orders,
        {{ sum_exactly('unit * ' ~ sum_of_nodes("mass_{i} * value_{i}")) }} as discounted,
        {{ sum_exactly('unit * ' ~ sum_of_nodes("mass_{i} * value_{i} * value_{i}")) }}
            as twice_discounted,
        {{ sum_exactly('2 * (1 - dropout) * unit * ' ~ sum_of_nodes(
            "mass_{i} * value_{i} * annuity_{i} / growth_{i}"
        )) }} as pairs

    from annuities
    group by basis, variation, frequency, n

),

-- barycentric interpolation (Berrut & Trefethen 2004)
distances as (

    select
        points.basis,
        points.variation,
        points.n,
        points.sign,
        aged.age_days,
        ln(bg_nbd.alpha + aged.age_days / bg_nbd.time_unit_days) - points.log_scale as distance

    from points
    inner join bg_nbd
        on
            points.basis = bg_nbd.basis
            and points.variation = bg_nbd.variation
    inner join aged on points.basis = aged.basis

),

pulled as (

    select
        *,
        sign / case when abs(distance) < 1e-13 then 1e-13 else distance end as pull

    from distances

),

pulls as (

    select
        basis,
        variation,
        age_days,
        cast(sum(cast(pull as decimal(38, 20))) as double) as pull

    from pulled
    group by basis, variation, age_days

),

shares as (

    select
        pulled.basis,
        pulled.variation,
        pulled.age_days,
        pulled.n,
        pulled.pull / pulls.pull as share

    from pulled
    inner join pulls
        on
            pulled.basis = pulls.basis
            and pulled.variation = pulls.variation
            and pulled.age_days = pulls.age_days

),

outlooks as (

    select distinct
        basis,
        frequency,
        age_days

    from histories

),

expected as (

    select
        outlooks.basis,
        summed.variation,
        outlooks.frequency,
        outlooks.age_days,
        {{ sum_exactly('shares.share * summed.orders') }} as orders,
        {{ sum_exactly('shares.share * summed.discounted') }} as discounted,
        {{ sum_exactly('shares.share * summed.twice_discounted') }} as twice_discounted,
        {{ sum_exactly('shares.share * summed.pairs') }} as pairs

    from outlooks
    left join shares
        on
            outlooks.basis = shares.basis
            and outlooks.age_days = shares.age_days
    left join summed
        on
            outlooks.basis = summed.basis
            and shares.variation = summed.variation
            and outlooks.frequency = summed.frequency
            and shares.n = summed.n
    group by outlooks.basis, summed.variation, outlooks.frequency, outlooks.age_days

),

measured as (

    select
        histories.basis,
        bg_nbd.variation,
        histories.frequency,
        histories.recency_days,
        histories.age_days,
        bg_nbd.r + histories.frequency as shape,
        bg_nbd.a / (bg_nbd.b + histories.frequency - 1) as odds,
        (histories.age_days - histories.recency_days)
        / (bg_nbd.alpha * bg_nbd.time_unit_days + histories.recency_days) as silence,
        bg_nbd.horizon
        / (bg_nbd.alpha + histories.age_days / bg_nbd.time_unit_days) as relative_horizon

    from histories
    inner join bg_nbd on histories.basis = bg_nbd.basis

),

alive as (

    select
        *,
        case
            when frequency = 0 then cast(1 as double)
            else 1 / (1 + exp(ln(odds) + shape * {{ log1p('silence') }}))
        end as p_alive

    from measured

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
        alive.p_alive * alive.shape * alive.relative_horizon * expected.orders as expected_orders,
        alive.p_alive * alive.shape * alive.relative_horizon * expected.discounted
            as discounted_orders,
        alive.p_alive * alive.shape * alive.relative_horizon * expected.twice_discounted
            as twice_discounted_orders,
        alive.p_alive * alive.shape * (alive.shape + 1)
        * alive.relative_horizon * alive.relative_horizon * expected.pairs as discounted_pairs,
        alive.p_alive * (1 - exp(-alive.shape * ln(1 + alive.relative_horizon))) as p_purchase

    from alive
    inner join expected
        on
            alive.basis = expected.basis
            and alive.variation = expected.variation
            and alive.frequency = expected.frequency
            and alive.age_days = expected.age_days

)

select * from final
