with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

spells as (

    select * from {{ ref('int_purchase_spells_split') }}

),

observed as (

    select
        customers.party_id,
        customers.segment,
        {{ days_between(
            'customers.first_ordered_on', 'coalesce(spells.lapsed_on, parameters.as_of_date)'
        ) }} as days_observed,
        case when spells.lapsed_on is null then 0 else 1 end as has_lapsed

    from customers
    inner join spells
        on customers.party_id = spells.party_id and customers.first_ordered_on = spells.started_on
    cross join parameters

),

counted as (

    select
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        days_observed as days_since_first_order,
        count(*) as leavers,
        sum(has_lapsed) as events

    from observed
    group by grouping sets ((days_observed), (segment, days_observed))

),

-- every curve begins on day 0
begun as (

    select
        segment,
        days_since_first_order,
        leavers,
        events

    from counted
    union all
    select
        segment,
        0 as days_since_first_order,
        0 as leavers,
        0 as events

    from counted
    group by segment
    having min(days_since_first_order) > 0

),

at_risk_counted as (

    select
        segment,
        days_since_first_order,
        leavers,
        events,
        sum(leavers) over (
            partition by segment
            order by days_since_first_order desc
            rows between unbounded preceding and current row
        ) as at_risk

    from begun

),

factored as (

    select
        segment,
        days_since_first_order,
        at_risk,
        events,
        leavers - events as censored,
        case
            when events < at_risk
                then ln({{ safe_divide('at_risk - events', 'at_risk') }})
            else cast(0 as double)
        end as ln_factor,
        case
            when events < at_risk
                then
                    {{ safe_divide('events', 'cast(at_risk as double) * (at_risk - events)') }}
            else cast(0 as double)
        end as greenwood_term,
        case when events = at_risk then 1 else 0 end as is_last_event

    from at_risk_counted

),

-- the product limit as a sum of logarithms, in the order of the days
accumulated as (

    select
        segment,
        days_since_first_order,
        at_risk,
        events,
        censored,
        sum(ln_factor) over (
            partition by segment
            order by days_since_first_order
            rows between unbounded preceding and current row
        ) as ln_survival,
        sum(greenwood_term) over (
            partition by segment
            order by days_since_first_order
            rows between unbounded preceding and current row
        ) as greenwood_sum,
        sum(events) over (
            partition by segment
            order by days_since_first_order
            rows between unbounded preceding and current row
        ) as cumulative_events,
        max(is_last_event) over (
            partition by segment
            order by days_since_first_order
            rows between unbounded preceding and current row
        ) as has_nobody_left

    from factored

),

-- on the scale of ln(-ln S), where S is neither 0 nor 1
scaled as (

    select
        *,
        case
            when cumulative_events > 0 and has_nobody_left = 0
                then ln(-ln_survival)
        end as log_log,
        case
            when cumulative_events > 0 and has_nobody_left = 0
                then sqrt(greenwood_sum) / -ln_survival
        end as log_log_error

    from accumulated

),

final as (

    select
        scaled.segment,
        scaled.days_since_first_order,
        scaled.at_risk,
        scaled.events,
        scaled.censored,
        case
            when scaled.has_nobody_left = 1 then cast(0 as double)
            else exp(scaled.ln_survival)
        end as survival,
        exp(-exp(scaled.log_log + parameters.confidence_z * scaled.log_log_error))
            as survival_low,
        exp(-exp(scaled.log_log - parameters.confidence_z * scaled.log_log_error))
            as survival_high,
        parameters.churn_window_days,
        parameters.as_of_date

    from scaled
    cross join parameters

)

select * from final
