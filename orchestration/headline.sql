-- What a run prints when it ends: one row per figure, read from the build database after the checks.
-- part: headline or coverage; value, low, high as published; note says what the figure rests on.
with

last_churn as (

    select *

    from marts.churn_by_month
    where
        segment = 'all'
        and basis = 'inactivity'
        and is_month_complete
    order by month desc
    limit 1

),

last_nps as (

    select *

    from marts.nps_by_period
    where
        segment = 'all'
        and period_type = 'rolling'
        and is_period_complete
        and responded > 0
    order by period_end desc, responded desc, survey_id asc
    limit 1

),

last_engagement as (

    select *

    from marts.engagement_by_month
    where
        platform = 'all'
        and programme_id = 'all'
        and is_month_complete
    order by month desc
    limit 1

),

values_per_customer as (

    select
        count(*) as customers,
        sum(historic_margin) / nullif(count(*), 0) as historic_margin,
        case
            when count(total_clv) = count(*)
                then sum(cast(total_clv as decimal(28, 4))) / nullif(count(*), 0)
        end as total_clv,
        string_agg(distinct model, ', ' order by model) as models,
        max(horizon_days) as horizon_days

    from marts.customer_lifetime_values

),

lines as (

    select
        coalesce(orders.currency, 'unknown') as currency,
        orders.party_id,
        order_lines.quantity * order_lines.unit_price - coalesce(order_lines.discount_amount, 0) as amount

    from raw.order_lines
    left join raw.orders on order_lines.order_id = orders.order_id
    union all
    select
        refunds.currency,
        coalesce(refunds.party_id, orders.party_id) as party_id,
        -refunds.amount as amount

    from raw.refunds
    left join raw.orders on refunds.order_id = orders.order_id

),

figures as (

    select
        1 as position,
        'headline' as part,
        'customers' as figure,
        cast(count(*) as double) as value,
        cast(null as double) as low,
        cast(null as double) as high,
        'parties with an order, refund or subscription' as note

    from marts.parties
    where is_customer
    union all
    select
        2,
        'headline',
        churn_window_days || '-day churn, % a month',
        100 * churn_rate,
        100 * churn_low,
        100 * churn_high,
        churned_customers || ' of ' || customers_at_risk || ' at risk in ' || strftime(month, '%Y-%m')

    from last_churn
    union all
    select
        3,
        'headline',
        'NPS',
        nps,
        nps_low,
        nps_high,
        promoters || ' promoters, ' || passives || ' passives, ' || detractors || ' detractors, '
        || survey_id || ', ' || period_start || ' to ' || period_end

    from last_nps
    union all
    select
        3,
        'headline',
        'NPS, had all of them answered',
        post_stratified_nps,
        post_stratified_nps_low,
        post_stratified_nps_high,
        post_stratified_responses || ' responses for ' || population || ' ' || population_basis
        || ', weighted in ' || strata || ' strata of recency and orders'

    from last_nps
    where strata > 1
    union all
    select
        4,
        'headline',
        'CLV per customer',
        coalesce(total_clv, historic_margin),
        null,
        null,
        case
            when total_clv is null then 'historic margin to date; not every customer has a model'
            else 'margin to date and ' || horizon_days || ' days ahead (' || models || ')'
        end

    from values_per_customer
    where customers > 0
    union all
    select
        5,
        'headline',
        'ROR, all programmes',
        ror,
        ror_low,
        ror_high,
        'tier ' || evidence_tier || ' (' || demotion_reason || '), ' || window_start || ' to ' || window_end

    from marts.ror_by_programme
    where programme_id = 'all'
    union all
    select
        6,
        'headline',
        'ROI, all programmes',
        roi,
        null,
        null,
        'orders coded to a programme in the same window'

    from marts.ror_by_programme
    where programme_id = 'all'
    union all
    select
        7,
        'headline',
        'engagement events, a month',
        events,
        null,
        null,
        participants || ' participants, ' || round(100 * coalesce(unmatched_share, 0), 1)
        || ' % of nobody known, in ' || strftime(month, '%Y-%m')

    from last_engagement
    union all
    select
        8,
        'coverage',
        'orders without a customer',
        cast(count(*) as double),
        null,
        null,
        'kept in the totals, in no cohort'

    from raw.orders
    where party_id is null
    union all
    select
        9,
        'coverage',
        'lines without a customer',
        cast(count(*) as double),
        null,
        null,
        'order lines and refunds, kept in the totals, in no cohort'

    from lines
    where party_id is null
    union all
    select
        10,
        'coverage',
        'order lines less refunds, ' || currency,
        cast(sum(amount) as double),
        null,
        null,
        count(*) || ' lines, as loaded'

    from lines
    group by currency

)

select
    part,
    figure,
    value,
    low,
    high,
    note

from figures
order by position, figure
