with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

costs as (

    select * from {{ ref('int_costs_converted') }}

),

categories as (

    select * from {{ ref('cost_categories') }}

),

instalments as (

    select n as instalment from {{ series(120) }} as series

),

spread as (

    select
        costs.cost_id,
        costs.category,
        costs.programme_id,
        categories.is_avoidable,
        costs.amount,
        {{ add_months('costs.cost_month', 'instalments.instalment') }} as month,
        case when categories.is_spread then parameters.up_front_months else 1 end as instalments

    from costs
    inner join categories on costs.category = categories.category
    cross join parameters
    inner join instalments
        on
            instalments.instalment
            < case when categories.is_spread then parameters.up_front_months else 1 end
    -- winning customers without a programme is cost of acquisition (acquisition_costs) alone
    where costs.programme_id is not null or not categories.is_acquisition

),

final as (

    select
        cost_id,
        category,
        programme_id,
        is_avoidable,
        month,
        cast({{ safe_divide('amount', 'instalments') }} as decimal(28, 8)) as amount

    from spread

)

select * from final
