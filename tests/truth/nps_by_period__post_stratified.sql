-- What all who were invited would have said, against the post-stratified score of the month of
-- their wave, where the wave has answers for four strata or more (with fewer there is hardly
-- anything to weight by). Over these waves, weighted by the people invited, it may be off by 2
-- points and by half the interval of that mean; and of what the responses alone are off, more than
-- half must be gone, beyond what that interval leaves to chance. Each wave is one sample, and
-- several are looked at: 2 points and three standard errors, of which half an interval is 1.96. The
-- score of the responses alone is in brackets.
with

waves as (

    select
        actual.wave,
        actual.invited,
        actual.invited_nps,
        mart.nps,
        mart.strata,
        mart.post_stratified_nps,
        (mart.post_stratified_nps_high - mart.post_stratified_nps_low) / 2 as half_width
    from truth.nps_waves as actual
    inner join truth.survey_periods as answers
        on
            answers.survey_id = 'relationship_nps'
            and answers.period_type = 'month'
            and answers.segment = 'all'
            and answers.responded > 0
            and answers.period_start = make_date(
                cast(left(actual.wave, 4) as integer), 3 * cast(right(actual.wave, 1) as integer), 1
            )
    left join marts.nps_by_period as mart using (survey_id, period_type, period_end, segment)

),

weighted as (

    select * from waves
    where strata >= 4

),

totals as (

    select
        sum(invited * invited_nps) / sum(invited) as invited_nps,
        sum(invited * nps) / sum(invited) as nps,
        sum(invited * post_stratified_nps) / sum(invited) as post_stratified_nps,
        sqrt(sum(power(invited * half_width, 2))) / sum(invited) as half_width
    from weighted
    having count(*) > 0

)

select
    'post-stratified: waves with a score' as quantity,
    count(*) as truth,
    count(post_stratified_nps) as estimate,
    0 as tolerance
from waves
union all
select
    'post-stratified, all waves (raw ' || round(nps, 1) || ')',
    invited_nps,
    post_stratified_nps,
    2 + half_width
from totals
union all
select
    'post-stratified: share of the raw error left',
    0,
    abs(post_stratified_nps - invited_nps) / abs(nps - invited_nps),
    0.5 + half_width / abs(nps - invited_nps)
from totals
union all
select
    'post-stratified, ' || wave || ' (raw ' || round(nps, 1) || ')',
    invited_nps,
    post_stratified_nps,
    2 + 3 / 1.96 * half_width
from weighted
order by all
