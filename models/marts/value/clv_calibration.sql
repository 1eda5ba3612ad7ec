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

fits as (

    select * from {{ ref('int_clv_parameters_chosen') }}

),

gamma_gamma as (

    select * from fits
    where
        basis = 'calibration'
        and variation = 0
        and model = 'gamma_gamma'

),

predicted as (

    select
        scores.model,
        scores.variation,
        histories.frequency,
        histories.holdout_orders,
        histories.holdout_margin_amount,
        scores.expected_orders,
        -- undiscounted, so that orders and pairs of orders give the second moment
        scores.expected_orders + scores.discounted_pairs
        - scores.expected_orders * scores.expected_orders as variance_of_orders,
        scores.expected_orders * gamma_gamma.p * (
            gamma_gamma.v + greatest(cast(histories.repeat_margin_amount as double), 0)
        ) / nullif(greatest(gamma_gamma.p * histories.frequency + gamma_gamma.q - 1, 0), 0)
            as expected_margin

    from histories
    inner join scores
        on
            histories.basis = scores.basis
            and histories.frequency = scores.frequency
            and histories.recency_days = scores.recency_days
            and histories.age_days = scores.age_days
    left join gamma_gamma on gamma_gamma.model = 'gamma_gamma'
    where histories.basis = 'calibration'

),

binned as (

    select
        model,
        variation,
        case
            when frequency >= 7 then '7+'
            else cast(frequency as {{ dbt.type_string() }})
        end as frequency_bin,
        holdout_orders,
        holdout_margin_amount,
        expected_orders,
        variance_of_orders,
        expected_margin

    from predicted
    union all
    select
        model,
        variation,
        'all' as frequency_bin,
        holdout_orders,
        holdout_margin_amount,
        expected_orders,
        variance_of_orders,
        expected_margin

    from predicted

),

summed as (

    select
        model,
        variation,
        frequency_bin,
        count(*) as customers,
        cast(sum(cast(expected_orders as decimal(38, 12))) as double) as predicted_orders,
        cast(sum(cast(variance_of_orders as decimal(38, 12))) as double) as variance_of_process,
        sum(holdout_orders) as actual_orders,
        cast(sum(cast(expected_margin as decimal(38, 12))) as double) as predicted_margin,
        sum(holdout_margin_amount) as actual_margin

    from binned
    group by model, variation, frequency_bin

),

-- half of what a total moves between one standard deviation up and one down, squared, along each
-- direction
moved as (

    select
        raised.model,
        raised.frequency_bin,
        sum(
            cast(
                (raised.predicted_orders - lowered.predicted_orders)
                * (raised.predicted_orders - lowered.predicted_orders) / 4
                as decimal(38, 12)
            )
        ) as variance_of_parameters

    from summed as raised
    inner join summed as lowered
        on
            raised.model = lowered.model
            and raised.frequency_bin = lowered.frequency_bin
            and raised.variation = -lowered.variation
    where raised.variation > 0
    group by raised.model, raised.frequency_bin

),

final as (

    select
        summed.model,
        summed.frequency_bin,
        summed.customers,
        summed.predicted_orders,
        greatest(
            summed.predicted_orders - parameters.confidence_z * sqrt(
                greatest(summed.variance_of_process, 0)
                + cast(moved.variance_of_parameters as double)
            ),
            0
        ) as predicted_orders_low,
        summed.predicted_orders + parameters.confidence_z * sqrt(
            greatest(summed.variance_of_process, 0) + cast(moved.variance_of_parameters as double)
        ) as predicted_orders_high,
        summed.actual_orders,
        summed.predicted_margin,
        summed.actual_margin,
        {{ add_days('parameters.as_of_date', '-parameters.clv_holdout_days') }} as fitted_at,
        parameters.clv_holdout_days as holdout_days,
        parameters.as_of_date

    from summed
    left join moved
        on
            summed.model = moved.model
            and summed.frequency_bin = moved.frequency_bin
    cross join parameters
    where summed.variation = 0

)

select * from final
