-- Customers of each bucket, and those who ordered again. The first unanswered conversation shortens what is left of a relationship by 30 % (demo/brand.yml). What
-- that takes off the chance to order in the window, at each customer's own rates, lies within the
-- interval, where there is one.
with

mart as (

    select * from marts.response_to_retention where bucket_number = 5

),

incidents as (

    select
        customers.purchase_rate_per_day as rate,
        customers.days_to_death
        - epoch(customers.first_unanswered_at - customers.first_ordered_at) / 86400 as days_with,
        mart.landmark_days as landmark,
        mart.repurchase_window_days as length
    from truth.customers
    cross join mart
    where
        not customers.is_test
        and customers.first_ordered_at < customers.first_unanswered_at
        and customers.first_unanswered_at
        < mart.as_of_date - to_days(cast(mart.landmark_days + mart.repurchase_window_days as integer))

),

chances as (

    select
        avg(1 - exp(-rate * greatest(least(days_with - landmark, length), 0)))
        - avg(1 - exp(-rate * greatest(least(days_with / 0.7 - landmark, length), 0))) as effect
    from incidents
    where days_with > 0

)

select
    'customers, ' || mart.response_bucket as quantity,
    actual.customers as truth,
    mart.customers as estimate,
    0 as tolerance
from truth.follow_ups as actual
left join marts.response_to_retention as mart using (bucket_number)
union all
select 'repurchasers, ' || mart.response_bucket, actual.repurchasers, mart.repurchasers, 0
from truth.follow_ups as actual
left join marts.response_to_retention as mart using (bucket_number)
union all
select
    'effect of no answer on repurchase',
    chances.effect,
    mart.adjusted_difference,
    (mart.difference_high - mart.difference_low) / 2
from mart
cross join chances
where mart.adjusted_difference is not null
