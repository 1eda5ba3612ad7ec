-- What the model says of the 52 weeks ahead and of who is alive, against what the customers of the
-- calm brand do next. Orders of one day are one purchase, as in the mart. Not compared are the few
-- whose only orders were cancelled, or booked to their duplicate record.
with

compared as (

    select
        mart.*,
        actual.is_alive,
        actual.expected_purchases,
        actual.purchases,
        actual.discounted_margin,
        ntile(10) over (order by mart.p_alive, mart.party_id) as decile
    from marts.customer_lifetime_values as mart
    inner join truth.outlooks as actual using (party_id)
    where actual.is_customer

),

calibrated as (

    select decile, avg(cast(is_alive as integer)) as truth, avg(p_alive) as estimate
    from compared
    group by decile

),

lines as (

    select
        1 as place, 'customers compared' as quantity,
        (
            select count(*) from truth.outlooks where is_customer
        ) as truth,
        count(*) as estimate,
        (
            select 0.005 * count(*) from truth.outlooks where is_customer
        ) as tolerance
    from compared
    union all
    select
        2, 'orders of 52 weeks, as the true rates have it', sum(expected_purchases),
        sum(expected_orders), 0.025 * sum(expected_purchases)
    from compared
    union all
    select
        3, 'orders of 52 weeks, as drawn', sum(purchases), sum(expected_orders),
        0.025 * sum(purchases)
    from compared
    union all
    select 4, 'share alive', avg(cast(is_alive as integer)), avg(p_alive), 0.005
    from compared
    union all
    select 4 + decile, 'share alive, decile ' || decile || ' of p_alive', truth, estimate, 0.015
    from calibrated
    union all
    select
        15, 'share whose value lies within its interval', 0.95,
        avg(
            cast(discounted_margin between residual_clv_low and residual_clv_high as integer)
        ), 0.02
    from compared

)

select quantity, truth, estimate, tolerance
from lines
order by place
