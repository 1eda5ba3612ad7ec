-- Kernels of BG/NBD for each distinct history, from exp, ln, sqrt, sin and cos alone. P(alive) is
-- elementary. Expected orders per time are means over the dropout probability p, Beta(a, b + x)
-- today, of positive terms, so that nothing cancels at a = 1 and nothing overflows at x = 1000:
-- trapezoidal rule in y = logit p, y = mode + c sinh(theta). They depend on time t and
-- A = alpha + T through t / A alone, and are integrated over the horizon at Chebyshev points of
-- ln A, where the result is analytic in a strip of half-width pi. In between all is interpolated.

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

-- two grids of Chebyshev points, as many as their width asks for: 'age' in ln A, 'reach' in
-- ln(1 + t / A), where the orders per time are analytic in a strip that narrows with a
extents as (

    select
        bg_nbd.basis,
        bg_nbd.variation,
        bg_nbd.horizon,
        bg_nbd.discount * bg_nbd.horizon as decay,
        3 / sqrt(2 + 1.5 * bg_nbd.a + bg_nbd.discount * bg_nbd.horizon) as strip,
        bg_nbd.alpha + min(aged.age_days) / bg_nbd.time_unit_days as youngest,
        bg_nbd.alpha + max(aged.age_days) / bg_nbd.time_unit_days as oldest

    from bg_nbd
    inner join aged on bg_nbd.basis = aged.basis
    group by
        bg_nbd.basis,
        bg_nbd.variation,
        bg_nbd.horizon,
        bg_nbd.discount,
        bg_nbd.alpha,
        bg_nbd.a,
        bg_nbd.time_unit_days

),

grids as (

    select
        basis,
        variation,
        'age' as grid,
        (ln(youngest) + ln(oldest)) / 2 as middle,
        greatest((ln(oldest) - ln(youngest)) / 2, 0.01) as half,
        pi() as strip

    from extents
    union all
    select
        basis,
        variation,
        'reach' as grid,
        ln(1 + horizon / youngest) / 2 as middle,
        ln(1 + horizon / youngest) / 2 as half,
        strip

    from extents

),

counts as (

    select
        *,
        floor(30 / ln(strip / half + sqrt(strip / half * strip / half + 1))) + 1 as points

    from grids

),

points as (

    select
        counts.basis,
        counts.variation,
        counts.grid,
        nodes.n,
        counts.middle + counts.half * cos(pi() * (nodes.n + 0.5) / counts.points) as place,
        (1 - 2 * mod(nodes.n, 2)) * sin(pi() * (nodes.n + 0.5) / counts.points) as sign

    from counts
    inner join {{ series(1024) }} as nodes on nodes.n < counts.points

),

-- orders per time at the points of 'reach', and pairs of them: means over the dropout probability
slowed as (

    select
        weights.*,
        points.n,
        ln(1 + weights.dropout * (exp(points.place) - 1)) as span

    from weights
    inner join points
        on
            weights.basis = points.basis
            and weights.variation = points.variation
            and points.grid = 'reach'

),

levels as (

    select
        basis,
        variation,
        frequency,
        n,
        {{ sum_exactly('weight * exp(-(shape + 1) * span)') }} as orders,
        {{ sum_exactly('2 * (1 - dropout) * weight * exp(-(shape + 2) * span)') }} as pairs

    from slowed
    group by basis, variation, frequency, n

),

-- what is interpolated: at each age, and at each node of time for each point of 'age'
horizons as (

    select
        points.basis,
        points.variation,
        points.n,
        extents.decay,
        extents.horizon / exp(points.place) as relative_horizon,
        ln(1 + extents.horizon / exp(points.place)) as span,
        ceil(ln(1 + extents.horizon / exp(points.place)) / (3 * extents.strip)) as panels

    from points
    inner join extents
        on
            points.basis = extents.basis
            and points.variation = extents.variation
    where points.grid = 'age'

),

times as (

    select
        horizons.*,
        horizons.span * (panels.n + nodes.node) / horizons.panels as place,
        horizons.span * nodes.weight / horizons.panels as width

    from horizons
    inner join {{ series(256) }} as panels on panels.n < horizons.panels
    cross join {{ gauss_legendre_rows() }} as nodes (node, weight)

),

targets as (

    select
        basis,
        variation,
        'reach' as grid,
        n as item,
        place,
        decay,
        -- as shares of the horizon
        width * exp(place) / relative_horizon as width,
        (exp(place) - 1) / relative_horizon as time

    from times
    union all
    select
        bg_nbd.basis,
        bg_nbd.variation,
        'age' as grid,
        aged.age_days as item,
        ln(bg_nbd.alpha + aged.age_days / bg_nbd.time_unit_days) as place,
        null as decay,
        null as width,
        null as time

    from bg_nbd
    inner join aged on bg_nbd.basis = aged.basis

),

-- barycentric interpolation (Berrut & Trefethen 2004)
pulled as (

    select
        targets.*,
        points.n,
        points.sign / case
            when abs(targets.place - points.place) < 1e-13 then 1e-13
            else targets.place - points.place
        end as pull

    from targets
    inner join points
        on
            targets.basis = points.basis
            and targets.variation = points.variation
            and targets.grid = points.grid

),

pulls as (

    select
        basis,
        variation,
        grid,
        item,
        place,
        cast(sum(cast(pull as decimal(38, 20))) as double) as pull

    from pulled
    group by basis, variation, grid, item, place

),

shares as (

    select
        pulled.*,
        pulled.pull / pulls.pull as share,
        exp(-pulled.decay * pulled.time) as value

    from pulled
    inner join pulls
        on
            pulled.basis = pulls.basis
            and pulled.variation = pulls.variation
            and pulled.grid = pulls.grid
            and pulled.item = pulls.item
            and pulled.place = pulls.place

),

rules as (

    select
        basis,
        variation,
        item,
        n,
        {{ sum_exactly('share * width') }} as plain,
        {{ sum_exactly('share * width * value') }} as discounted,
        {{ sum_exactly('share * width * value * value') }} as twice_discounted,
        {{ sum_exactly(
            'share * width * value * case when decay * time < 0.00001 '
            'then time * (1 - decay * time / 2) else (1 - value) / decay end'
        ) }} as annuity

    from shares
    where grid = 'reach'
    group by basis, variation, item, n

),

-- each at most about 2: against as many orders, or pairs of them, as there would be without dropout
summed as (

    select
        levels.basis,
        levels.variation,
        levels.frequency,
        rules.item as n,
        {{ sum_exactly('levels.orders * rules.plain') }} as orders,
        {{ sum_exactly('levels.orders * rules.discounted') }} as discounted,
        {{ sum_exactly('levels.orders * rules.twice_discounted') }} as twice_discounted,
        {{ sum_exactly('levels.pairs * rules.annuity') }} as pairs

    from levels
    inner join rules
        on
            levels.basis = rules.basis
            and levels.variation = rules.variation
            and levels.n = rules.n
    group by levels.basis, levels.variation, levels.frequency, rules.item

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
            shares.grid = 'age'
            and outlooks.basis = shares.basis
            and outlooks.age_days = shares.item
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
