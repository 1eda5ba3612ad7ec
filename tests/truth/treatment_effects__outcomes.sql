-- The true effect of being assigned, as drawn, on margin, orders, and the share who order at all;
-- the estimate must hold it within its 95 % interval.
with

assigned as (

    select * from truth.programme_effects
    where arm = 'treatment'

),

actual as (

    select
        programme_id,
        'margin' as outcome,
        avg(cast(margin_with - margin_without as double)) as effect
    from assigned
    group by programme_id
    union all
    select
        programme_id,
        'orders' as outcome,
        avg(cast(orders_with - orders_without as double)) as effect
    from assigned
    group by programme_id
    union all
    select
        programme_id,
        'order_rate' as outcome,
        avg(cast((orders_with > 0)::integer - (orders_without > 0)::integer as double)) as effect
    from assigned
    group by programme_id

)

select
    actual.outcome || ' per party, ' || actual.programme_id as quantity,
    actual.effect as truth,
    mart.estimate,
    (mart.high - mart.low) / 2 as tolerance
from actual
left join marts.treatment_effects as mart using (programme_id, outcome)
order by actual.programme_id, actual.outcome
