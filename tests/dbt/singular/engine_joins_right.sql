-- 900 of 1,000 rows have no partner. With its join order optimizer on, DuckDB 2.0.0 finds none of
-- them: a condition over three tables, then an outer join, then a filter on another than its key.
with

counted as (

    select
        series.n as party_id,
        cast('2024-07-01' as date) as month

    from {{ series(1000) }} as series

),

months as (

    select 6 as months

),

first_orders as (

    select
        series.n as party_id,
        cast('2024-01-01' as date) as ordered_on

    from {{ series(1000) }} as series

),

referrals as (

    select
        series.n * 3 as party_id,
        series.n as referral_id

    from {{ series(100) }} as series

)

select count(*) as rows_found

from counted
cross join months
inner join first_orders
    on
        counted.party_id = first_orders.party_id
        and first_orders.ordered_on <= {{ add_months('counted.month', '0 - months.months') }}
left join referrals on counted.party_id = referrals.party_id
where referrals.referral_id is null
having count(*) != 900
