"""Maximum-likelihood fits of the customer-value models on grouped sufficient statistics.

Pure functions: arrays in, a `Fit` out. A group is a set of customers with the same history;
`customers` counts them, so that a base of millions costs as much as its distinct histories. All
models are fitted in the logarithms of their parameters (all are positive), by L-BFGS-B from fixed
starts with analytic gradients, and finished by Newton steps on the Hessian, which also gives the
standard errors.

Sources: Schmittlein, Morrison & Colombo 1987 (Pareto/NBD); Fader, Hardie & Lee 2005 (BG/NBD);
Fader & Hardie 2013, "The Gamma-Gamma model of monetary value"; Fader & Hardie 2007 (shifted beta
geometric).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

Vector = NDArray[np.float64]
# Value and gradient of a mean log-likelihood at natural parameters.
Likelihood = Callable[[Vector], tuple[float, Vector]]

VERSION = "2026-11-22"  # of the method: part of the hash that lets a fit be used again
MAX_GROUPS = 1_000_000
CHUNK = 1_024  # groups at a time in the quadrature: bounds the memory, and stays in the cache
COARSE = 5_000  # about so many groups, evenly spaced, are enough to choose among the starts
NODES = 24
CUT = 38.0  # e^-38 is below the last bit: the integral over the dropout time is cut there
DIGITS = 10  # significant digits kept: more than any use, fewer than the noise of another machine
LOG_BOUND = 12.0  # log-parameters beyond ± this are no estimate
NEAR = 1e-5  # mean gradient at which Newton steps alone go on from a coarse fit
TOLERANCE = 1e-8  # largest mean gradient in log-parameters at which a fit has converged

_node, _weight = np.polynomial.legendre.leggauss(NODES)
NODE, WEIGHT = (_node + 1) / 2, _weight / 2


class NoFit(ValueError):
    """There is nothing to fit: no group that informs the model."""


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    `parameters` and `standard_errors` are in the model's own unit of time and money. Column j of
    `deviations` is one standard deviation of the log-parameters along the j-th column of the
    Cholesky factor of their covariance: a total scored at plus and minus each column has the sum
    of the squared half-differences as its variance from estimation.
    """

    model: str
    parameters: Mapping[str, float]
    standard_errors: Mapping[str, float]
    deviations: Vector
    log_likelihood: float
    customers: int
    sample_fraction: float
    converged: bool
    method: str


def fit_bg_nbd(frequency: Vector, recency: Vector, age: Vector, customers: Vector) -> Fit:
    """Fit BG/NBD; returns r, alpha (time), a, b.

    The vectors have one entry per group: repeat purchases, time from the first purchase to the
    last, time from the first purchase to the end of observation (in one unit of time), and
    customers. Raises NoFit where no group has a repeat purchase.
    """
    groups = _histories(frequency, recency, age, customers)
    scale = _mean_gap(groups)
    starts = [(0.3, scale, 0.8, 2.5), (1.0, scale, 1.0, 5.0), (0.2, 0.3 * scale, 0.3, 1.0)]
    return _fit("bg_nbd", ("r", "alpha", "a", "b"), starts, bg_nbd_likelihood, groups)


def fit_pareto_nbd(frequency: Vector, recency: Vector, age: Vector, customers: Vector) -> Fit:
    """Fit Pareto/NBD; returns r, alpha (time), s, beta (time). Arguments as `fit_bg_nbd`."""
    groups = _histories(frequency, recency, age, customers)
    scale = _mean_gap(groups)
    starts = [
        (0.6, scale, 0.6, scale),
        (1.0, scale, 1.0, 8 * scale),
        (0.3, 0.3 * scale, 0.3, scale),
    ]
    return _fit("pareto_nbd", ("r", "alpha", "s", "beta"), starts, pareto_nbd_likelihood, groups)


def fit_gamma_gamma(frequency: Vector, monetary_value: Vector, customers: Vector) -> Fit:
    """Fit Gamma-Gamma to the mean value of repeat purchases; returns p, q, v (money).

    Only groups with a repeat purchase and a positive mean value inform it. Raises NoFit without
    one.
    """
    use = (frequency > 0) & (monetary_value > 0)
    if not use.any():
        raise NoFit("no customer has a repeat purchase of positive value")
    kept = [np.asarray(v, float)[use] for v in (frequency, monetary_value, customers)]
    sampled, fraction = sample(*kept)
    count, value, weight = sampled
    mean = float(np.average(value, weights=weight))
    # in thousands, millions and so on, so that v is within the bounds in every currency
    unit = 1000.0 ** math.floor(math.log(mean, 1000))
    groups = (count, value / unit, weight, int(kept[2].sum()), fraction)
    mean /= unit
    starts = [(6.0, 4.0, mean / 2), (2.0, 3.0, mean), (20.0, 8.0, mean / 3)]
    fit = _fit("gamma_gamma", ("p", "q", "v"), starts, gamma_gamma_likelihood, groups)
    used = round(fit.customers * fraction)
    return replace(
        fit,
        parameters=fit.parameters | {"v": rounded(fit.parameters["v"] * unit)},
        standard_errors=fit.standard_errors | {"v": rounded(fit.standard_errors["v"] * unit)},
        log_likelihood=rounded(fit.log_likelihood - used * math.log(unit)),
    )


def fit_sbg(periods: Vector, lost: Vector, censored: Vector) -> Fit:
    """Fit the shifted beta geometric; returns alpha, beta.

    `lost[i]` customers left in their `periods[i]`-th period (1, 2, …); `censored[i]` were still
    under contract after `periods[i]` whole periods (0 informs nothing). Raises NoFit where nobody
    left.
    """
    if not np.sum(lost) > 0:
        raise NoFit("nobody has left")
    groups = (periods, lost, censored, int(np.sum(lost) + np.sum(censored)), 1.0)
    starts = [(0.7, 1.5), (1.0, 10.0), (0.3, 3.0)]
    return _fit("sbg", ("alpha", "beta"), starts, sbg_likelihood, groups)


def bg_nbd_likelihood(
    frequency: Vector, recency: Vector, age: Vector, customers: Vector
) -> Likelihood:
    """Return the mean log-likelihood of BG/NBD and its gradient, of (r, alpha, a, b)."""
    total = customers.sum()
    counts, count_at = np.unique(frequency, return_inverse=True)
    weights = np.bincount(count_at, weights=customers)
    # days recur, so that a logarithm of each is taken once
    ages, age_at = np.unique(age, return_inverse=True)
    lasts, last_at = np.unique(recency, return_inverse=True)

    def likelihood(theta: Vector) -> tuple[float, Vector]:
        r, alpha, a, b = theta
        shape = (r + counts)[count_at]
        log_alive = np.log(alpha + ages)[age_at]
        log_last = np.log(alpha + lasts)[last_at]
        safe = np.where(counts > 0, b + counts - 1, 1.0)
        # odds of having dropped out; nobody has without a repeat purchase
        prior = np.where(counts > 0, math.log(a) - np.log(safe), -1e9)[count_at]
        odds = prior + shape * (log_alive - log_last)
        small = np.exp(-np.abs(odds))
        both = np.maximum(odds, 0) + np.log1p(small) - shape * log_alive
        share = np.where(odds > 0, 1.0, small) / (1 + small)
        by_count = (
            gammaln(r + counts)
            - gammaln(r)
            + r * math.log(alpha)
            + gammaln(a + b)
            + gammaln(b + counts)
            - gammaln(b)
            - gammaln(a + b + counts)
        )
        value = weights @ by_count + _dot(customers, both)
        slope_r = weights @ (digamma(r + counts) - digamma(r) + math.log(alpha)) - _dot(
            customers, (1 - share) * log_alive + share * log_last
        )
        slope_alpha = weights.sum() * r / alpha - _dot(
            customers,
            shape
            * ((1 - share) * (1 / (alpha + ages))[age_at] + share * (1 / (alpha + lasts))[last_at]),
        )
        joint = digamma(a + b) - digamma(a + b + counts)
        slope_a = weights @ joint + _dot(customers, share) / a
        slope_b = weights @ (joint + digamma(b + counts) - digamma(b)) - _dot(
            customers, share * (1 / safe)[count_at]
        )
        return value / total, np.array([slope_r, slope_alpha, slope_a, slope_b]) / total

    return likelihood


def pareto_nbd_likelihood(
    frequency: Vector, recency: Vector, age: Vector, customers: Vector
) -> Likelihood:
    """Return the mean log-likelihood of Pareto/NBD and its gradient, of (r, alpha, s, beta).

    The time of dropout τ is integrated out in u = ln((m + τ) / (m + t_x)), m = min(alpha, beta),
    by 24 Gauss-Legendre nodes: no hypergeometric function, and no loss where alpha and beta differ
    widely.
    """
    total = customers.sum()
    counts, weights = _by_count(frequency, customers)

    def likelihood(theta: Vector) -> tuple[float, Vector]:
        r, alpha, s, beta = theta
        value, slopes = 0.0, np.zeros(4)
        for start in range(0, len(frequency), CHUNK):
            part = slice(start, start + CHUNK)
            n = customers[part]
            logs, moments = _dropout(theta, frequency[part], recency[part], age[part])
            value += _dot(n, logs)
            slopes += (moments * n).sum(axis=1)
        every = weights.sum()
        value += weights @ (gammaln(r + counts) - gammaln(r)) + every * (
            r * math.log(alpha) + s * math.log(beta)
        )
        slopes[0] += weights @ (digamma(r + counts) - digamma(r)) + every * math.log(alpha)
        slopes[1] += every * r / alpha
        slopes[2] += every * math.log(beta)
        slopes[3] += every * s / beta
        return value / total, slopes / total

    return likelihood


def _dropout(theta: Vector, x: Vector, last: Vector, age: Vector) -> tuple[Vector, Vector]:
    """Log of the part of the likelihood that depends on times, and its gradient (4 × groups)."""
    r, alpha, s, beta = theta
    m = min(alpha, beta)
    shape = r + x
    # the integrand has fallen by e^-38 at the latest where one of its two powers has
    with np.errstate(over="ignore"):
        reach = np.minimum(
            (alpha + last) * np.expm1(CUT / shape), (beta + last) * np.expm1(CUT / s)
        )
    span = np.log1p(np.minimum(age - last, reach) / (m + last))
    tau = last[:, None] + (m + last)[:, None] * np.expm1(span[:, None] * NODE)
    log_alpha, log_beta = np.log(alpha + tau), np.log(beta + tau)
    with np.errstate(divide="ignore"):
        scale = np.log(span * s)
    logs = (
        scale[:, None]
        - shape[:, None] * log_alpha
        - (s + 1) * log_beta
        + np.log((m + tau) * WEIGHT)
    )
    alive_alpha, alive_beta = np.log(alpha + age), np.log(beta + age)
    alive = -shape * alive_alpha - s * alive_beta
    top = np.maximum(alive, logs.max(axis=1))
    terms = np.exp(logs - top[:, None])
    alive = np.exp(alive - top)
    dead = terms.sum(axis=1)
    whole = alive + dead
    moments = np.stack(
        [
            -(alive * alive_alpha + (terms * log_alpha).sum(axis=1)),
            -shape * (alive / (alpha + age) + (terms / (alpha + tau)).sum(axis=1)),
            dead / s - (alive * alive_beta + (terms * log_beta).sum(axis=1)),
            -(s * alive / (beta + age) + (s + 1) * (terms / (beta + tau)).sum(axis=1)),
        ]
    )
    return top + np.log(whole), moments / whole


def gamma_gamma_likelihood(
    frequency: Vector, monetary_value: Vector, customers: Vector
) -> Likelihood:
    """Return the mean log-likelihood of Gamma-Gamma and its gradient, of (p, q, v)."""
    x, z, total = frequency, monetary_value, customers.sum()

    def likelihood(theta: Vector) -> tuple[float, Vector]:
        p, q, v = theta
        log_sum = np.log(v + x * z)
        value = _dot(
            customers,
            gammaln(p * x + q)
            - gammaln(p * x)
            - gammaln(q)
            + q * math.log(v)
            + (p * x - 1) * np.log(z)
            + p * x * np.log(x)
            - (p * x + q) * log_sum,
        )
        joint = digamma(p * x + q)
        slope_p = _dot(customers, x * (joint - digamma(p * x) + np.log(x * z) - log_sum))
        slope_q = _dot(customers, joint - digamma(q) + math.log(v) - log_sum)
        slope_v = _dot(customers, q / v - (p * x + q) / (v + x * z))
        return value / total, np.array([slope_p, slope_q, slope_v]) / total

    return likelihood


def sbg_likelihood(periods: Vector, lost: Vector, censored: Vector) -> Likelihood:
    """Return the mean log-likelihood of sBG and its gradient, of (alpha, beta)."""
    t, total = periods, lost.sum() + censored.sum()
    before = np.maximum(t - 1, 0)

    def likelihood(theta: Vector) -> tuple[float, Vector]:
        alpha, beta = theta
        norm = gammaln(alpha + beta) - gammaln(beta)
        left = norm + math.log(alpha) + gammaln(beta + before) - gammaln(alpha + beta + before + 1)
        kept = norm + gammaln(beta + t) - gammaln(alpha + beta + t)
        both = digamma(alpha + beta)
        left_alpha = both + 1 / alpha - digamma(alpha + beta + before + 1)
        left_beta = left_alpha - 1 / alpha - digamma(beta) + digamma(beta + before)
        kept_alpha = both - digamma(alpha + beta + t)
        kept_beta = kept_alpha - digamma(beta) + digamma(beta + t)
        slopes = [
            lost @ left_alpha + censored @ kept_alpha,
            lost @ left_beta + censored @ kept_beta,
        ]
        return (lost @ left + censored @ kept) / total, np.array(slopes) / total

    return likelihood


def sample(*columns: Vector) -> tuple[tuple[Vector, ...], float]:
    """Return the groups, or a hash sample of MAX_GROUPS of them, and the share of customers in it.

    The last column counts customers. Which groups are taken depends on their values alone.
    """
    groups = len(columns[0])
    if groups <= MAX_GROUPS:
        return columns, 1.0
    mixed = np.zeros(groups, np.uint64)
    for column in columns[:-1]:
        mixed = _mix(mixed ^ np.ascontiguousarray(column, np.float64).view(np.uint64))
    take = mixed.astype(np.float64) < 2.0**64 * MAX_GROUPS / groups
    return tuple(c[take] for c in columns), float(columns[-1][take].sum() / columns[-1].sum())


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64 (Steele, Lea & Flood 2014)."""
    with np.errstate(over="ignore"):
        value = value + np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def _dot(customers: Vector, values: Vector) -> float:
    """Sum over groups. Not by BLAS: its threads wait for each other, and its last bits vary."""
    return float((customers * values).sum())


def _histories(
    frequency: Vector, recency: Vector, age: Vector, customers: Vector
) -> tuple[Vector, Vector, Vector, Vector, int, float]:
    columns = [np.asarray(v, float) for v in (frequency, recency, age, customers)]
    if not (columns[0] > 0).any():
        raise NoFit("no customer has a repeat purchase")
    (x, last, end, count), fraction = sample(*columns)
    return x, last, end, count, int(columns[3].sum()), fraction


def _mean_gap(groups: Sequence[Vector | int | float]) -> float:
    """Mean time between purchases of those who repeat: the scale on which the search starts."""
    x, recency, _, customers = groups[:4]
    return float(max((customers * recency)[x > 0].sum() / (customers * x).sum(), 1e-3))


def _by_count(frequency: Vector, customers: Vector) -> tuple[Vector, Vector]:
    counts, place = np.unique(frequency, return_inverse=True)
    return counts, np.bincount(place, weights=customers)


def _fit(
    model: str,
    names: Sequence[str],
    starts: Sequence[Sequence[float]],
    likelihood: Callable[..., Likelihood],
    groups: Sequence[Vector | int | float],
) -> Fit:
    """Maximise a coarse likelihood from each start and the whole from the best; describe it."""
    columns = [np.asarray(column, float) for column in groups[:-2]]
    every = max(len(columns[0]) // COARSE, 1)
    negative = _negative(likelihood(*columns))
    coarse = (
        _negative(likelihood(*(column[::every] for column in columns))) if every > 1 else negative
    )
    customers, fraction = int(groups[-2]), float(groups[-1])
    used = round(customers * fraction)
    logs = min(
        (_search(coarse, np.log(np.array(start))) for start in starts), key=lambda found: found[0]
    )[1]
    if every > 1:
        logs = _newton(negative, logs, _hessian(coarse, logs))
    if every == 1 or np.max(np.abs(negative(logs)[1])) > NEAR:
        logs = _search(negative, logs)[1]
    hessian = _hessian(negative, logs)
    logs = _newton(negative, logs, hessian)
    value, slope = negative(logs)
    inside = bool(np.all(np.abs(logs) < LOG_BOUND - 1e-6))
    factor, positive = _factor(hessian * used)
    converged = inside and positive and bool(np.max(np.abs(slope)) < TOLERANCE)
    errors = np.sqrt((factor**2).sum(axis=1)) if positive else np.full(len(names), np.nan)
    theta = np.exp(logs)
    return Fit(
        model=model,
        parameters=dict(zip(names, map(rounded, theta), strict=True)),
        standard_errors=dict(zip(names, map(rounded, theta * errors), strict=True)),
        deviations=factor,
        log_likelihood=rounded(-value * used),
        customers=customers,
        sample_fraction=fraction,
        converged=converged,
        method=f"maximum likelihood, L-BFGS-B from {len(starts)} starts and Newton, log-parameters",
    )


def _negative(likelihood: Likelihood) -> Callable[[Vector], tuple[float, Vector]]:
    """Turn a likelihood of natural parameters into what is minimised, of their logarithms."""

    def negative(logs: Vector) -> tuple[float, Vector]:
        theta = np.exp(logs)
        value, slope = likelihood(theta)
        return -value, -slope * theta

    return negative


def _search(
    negative: Callable[[Vector], tuple[float, Vector]], start: Vector
) -> tuple[float, Vector]:
    found = minimize(
        negative,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-LOG_BOUND, LOG_BOUND)] * len(start),
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-6},
    )
    return round(float(found.fun), 9), found.x


def _newton(
    negative: Callable[[Vector], tuple[float, Vector]], logs: Vector, hessian: Vector
) -> Vector:
    """Take Newton steps by a fixed Hessian while the gradient falls; return the point."""
    slope = negative(logs)[1]
    for _ in range(8):
        if np.max(np.abs(slope)) < TOLERANCE / 100:
            break
        try:
            step = np.linalg.solve(hessian, slope)
        except np.linalg.LinAlgError:
            break
        if np.max(np.abs(step)) > 0.5:
            break
        tried = negative(logs - step)[1]
        if not np.max(np.abs(tried)) < np.max(np.abs(slope)):
            break
        logs, slope = logs - step, tried
    return logs


def _hessian(negative: Callable[[Vector], tuple[float, Vector]], logs: Vector) -> Vector:
    """Central differences of the analytic gradient."""
    step = 1e-4
    rows = [
        (negative(logs + step * unit)[1] - negative(logs - step * unit)[1]) / (2 * step)
        for unit in np.eye(len(logs))
    ]
    return (np.array(rows) + np.array(rows).T) / 2


def _factor(hessian: Vector) -> tuple[Vector, bool]:
    """Cholesky factor of the inverse, and whether the Hessian is positive definite."""
    try:
        np.linalg.cholesky(hessian)
        return np.linalg.cholesky(np.linalg.inv(hessian)), True
    except np.linalg.LinAlgError:
        return np.full(hessian.shape, np.nan), False


def rounded(value: float) -> float:
    """Round to DIGITS significant digits."""
    return float(f"{value:.{DIGITS}g}")
