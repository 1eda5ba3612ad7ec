with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

histories as (

    select * from {{ ref('int_purchase_histories_counted') }}

),

scores as (

    select * from {{ ref('int_purchase_scores_listed') }}

),

customers as (

    select
        segment,
        frequency,
        recency_days,
        age_days

    from histories
    where basis = 'score'

),

seen as (

    select
        case when grouping(customers.segment) = 1 then 'all' else customers.segment end as segment,
        count(*) as customers_to_date,
        sum(
            case
                when
                    customers.age_days - customers.recency_days <= parameters.churn_window_days
                    then 1
                else 0
            end
        ) as active_customers

    from customers
    cross join parameters
    group by grouping sets ((), (customers.segment))
    having count(*) > 0

),

chosen as (

    select * from scores
    where
        basis = 'score'
        and is_default

),

alive as (

    select
        chosen.variation,
        case when grouping(customers.segment) = 1 then 'all' else customers.segment end as segment,
        {{ sum_exactly('chosen.p_alive') }} as expected_alive_customers,
        {{ sum_exactly('chosen.p_alive * (1 - chosen.p_alive)') }} as variance_of_process

    from customers
    inner join chosen
        on
            customers.frequency = chosen.frequency
            and customers.recency_days = chosen.recency_days
            and customers.age_days = chosen.age_days
    group by grouping sets ((chosen.variation), (chosen.variation, customers.segment))

),

-- half of what a total moves between one standard deviation up and one down, squared, along each
-- direction
moved as (

    select
        raised.segment,
        sum(
            cast(
                (raised.expected_alive_customers - lowered.expected_alive_customers)
                * (raised.expected_alive_customers - lowered.expected_alive_customers) / 4
                as decimal(38, 12)
            )
        ) as variance_of_parameters

    from alive as raised
    inner join alive as lowered
        on
            raised.segment = lowered.segment
            and raised.variation = -lowered.variation
    where raised.variation > 0
    group by raised.segment

),

final as (

    select
        seen.segment,
        seen.customers_to_date,
        seen.active_customers,
        alive.expected_alive_customers,
        sqrt(
            greatest(alive.variance_of_process, 0)
            + cast(moved.variance_of_parameters as double)
        ) as deviation_of_alive

    from seen
    left join alive
        on
            seen.segment = alive.segment
            and alive.variation = 0
    left join moved on seen.segment = moved.segment

)

select * from final
