-- The true effect of being assigned, as drawn; the estimate must hold it within its 95 % interval.
with truth_by_programme as (
    select
        programme_id,
        avg(cast(margin_with - margin_without as double)) as effect
    from truth.programme_effects
    where arm = 'treatment'
    group by programme_id
)

select
    'margin per party, ' || estimates.programme_id as quantity,
    truths.effect as truth,
    estimates.estimate,
    (estimates.high - estimates.low) / 2 as tolerance
from truth_by_programme as truths
left join marts.treatment_effects as estimates
    on truths.programme_id = estimates.programme_id and estimates.outcome = 'margin'
order by truths.programme_id
