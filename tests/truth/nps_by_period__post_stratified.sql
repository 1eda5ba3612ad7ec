-- What all who were invited would have said, against the post-stratified score of the month of
-- their wave. Over all waves, weighted by the people invited, it may be off by 2 points and by half
-- the interval of that mean; and of what the responses alone are off, more than half must be gone.
-- (Where the error of the mean is large, half of it may stay by chance.)
-- Each wave is one sample, and eight are looked at: 2 points and three standard errors, which at
-- 1.96 to half an interval are 1.53 of it. The score of the responses alone is in brackets.
with

waves as (

    select
        actual.wave,
        actual.invited,
        actual.invited_nps,
        mart.nps,
        mart.post_stratified_nps,
        (mart.post_stratified_nps_high - mart.post_stratified_nps_low) / 2 as half_width
    from truth.nps_waves as actual
    left join marts.nps_by_period as mart
        on
            mart.survey_id = 'relationship_nps'
            and mart.period_type = 'month'
            and mart.segment = 'all'
            and mart.period_start = make_date(
                cast(left(actual.wave, 4) as integer), 3 * cast(right(actual.wave, 1) as integer), 1
            )
    where mart.is_suppressed is not true

),

totals as (

    select
        count(*) as waves,
        count(post_stratified_nps) as scored,
        sum(invited * invited_nps) / sum(invited) as invited_nps,
        sum(invited * nps) / sum(invited) as nps,
        sum(invited * post_stratified_nps) / sum(invited) as post_stratified_nps,
        sqrt(sum(power(invited * half_width, 2))) / sum(invited) as half_width
    from waves

)

select 'post-stratified: waves with a score' as quantity, waves as truth, scored as estimate,
    0 as tolerance
from totals
union all
select
    'post-stratified NPS, all waves',
    invited_nps,
    post_stratified_nps,
    2 + half_width
from totals
union all
select
    'share of the raw error (' || round(nps - invited_nps, 1) || ' points) that stays',
    0,
    abs(post_stratified_nps - invited_nps) / abs(nps - invited_nps),
    0.5 + half_width / abs(nps - invited_nps)
from totals
union all
select
    wave || ' (raw ' || coalesce(cast(round(nps, 1) as varchar), 'hidden') || ')',
    invited_nps,
    post_stratified_nps,
    2 + 3 / 1.96 * half_width
from waves
order by all
