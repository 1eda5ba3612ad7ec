-- Every customer is at risk on day 0, leaves the curve once, and lapses if its first spell did; the
-- curve falls by the share that lapsed, and lies within its bounds.
with

expected as (

    select
        case when grouping(customers.segment) = 1 then 'all' else customers.segment end as segment,
        count(*) as customers,
        sum(case when spells.lapsed_on is null then 0 else 1 end) as lapsed

    from {{ ref('int_customers_cohorted') }} as customers
    inner join {{ ref('int_purchase_spells_split') }} as spells
        on customers.party_id = spells.party_id and spells.spell_number = 1
    group by grouping sets ((), (customers.segment))
    having count(*) > 0

),

actual as (

    select
        segment,
        sum(events + censored) as customers,
        sum(events) as lapsed,
        max(case when days_since_first_order = 0 then at_risk end) as customers_on_day_0

    from {{ ref('published_survival_curves') }}
    group by segment

),

stepped as (

    select
        *,
        lag(at_risk - events - censored) over (
            partition by segment order by days_since_first_order
        ) as left_before,
        lag(survival) over (partition by segment order by days_since_first_order)
            as survival_before

    from {{ ref('published_survival_curves') }}

)

select
    coalesce(expected.segment, actual.segment) as segment,
    null as days_since_first_order,
    expected.customers as expected,
    actual.customers as published

from expected
full outer join actual on expected.segment = actual.segment
where
    expected.customers is distinct from actual.customers
    or expected.customers is distinct from actual.customers_on_day_0
    or expected.lapsed is distinct from actual.lapsed
union all
select
    segment,
    days_since_first_order,
    survival_before * (at_risk - events) / at_risk as expected,
    survival as published

from stepped
where
    at_risk != left_before
    or abs(survival - survival_before * (at_risk - events) / at_risk) > 0.000000001
    or survival < survival_low
    or survival > survival_high
