with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

costs as (

    select * from {{ ref('stg_relationship__relationship_costs') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_ranged') }}

),

final as (

    select
        costs.cost_id,
        {{ trunc_date('month', 'costs.cost_month') }} as cost_month,
        costs.category,
        costs.programme_id,
        costs.channel,
        costs.party_type,
        costs.currency,
        costs.cost_month as rated_on,
        exchange_rates.rate_to_reporting,
        cast(
            {{ multiply_exactly(
                'costs.amount', 'exchange_rates.rate_to_reporting'
            ) }} as decimal(18, 4)
        ) as amount

    from costs
    cross join parameters
    left join exchange_rates
        on
            costs.currency = exchange_rates.currency
            and costs.cost_month >= exchange_rates.valid_from
            and costs.cost_month < exchange_rates.valid_until
    where costs.cost_month <= parameters.as_of_date

)

select * from final
