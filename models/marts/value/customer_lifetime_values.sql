with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

orders as (

    select * from {{ ref('int_orders_valued') }}

),

customer_months as (

    select * from {{ ref('int_customer_months_filled') }}

),

-- orders of one day are one purchase, as in the models that the columns feed
purchases as (

    select
        party_id,
        ordered_on,
        sum(margin_amount) as margin_amount

    from orders
    where party_id is not null
    group by party_id, ordered_on

),

repeat_purchases as (

    select
        customers.party_id,
        count(*) - 1 as frequency,
        sum(
            case
                when
                    purchases.ordered_on > customers.first_ordered_on
                    then purchases.margin_amount
                else 0
            end
        ) as repeat_margin_amount

    from customers
    inner join purchases on customers.party_id = purchases.party_id
    group by customers.party_id

),

historic as (

    select
        party_id,
        sum(margin_amount) as historic_margin

    from customer_months
    group by party_id

),

final as (

    select
        customers.party_id,
        customers.segment,
        customers.acquisition_channel,
        customers.cohort_month,
        repeat_purchases.frequency,
        {{ days_between('customers.first_ordered_on', 'customers.last_ordered_on') }}
            as recency_days,
        {{ days_between('customers.first_ordered_on', 'parameters.as_of_date') }} as age_days,
        {{ safe_divide('repeat_purchases.repeat_margin_amount', 'repeat_purchases.frequency') }}
            as average_margin,
        cast(null as double) as p_alive,
        cast(null as double) as expected_orders,
        cast(null as double) as expected_average_margin,
        historic.historic_margin,
        cast(null as double) as residual_clv,
        cast(null as double) as residual_clv_low,
        cast(null as double) as residual_clv_high,
        cast(null as double) as total_clv,
        'fallback' as model,
        parameters.clv_horizon_days as horizon_days,
        parameters.clv_discount_rate as discount_rate,
        parameters.as_of_date

    from customers
    inner join repeat_purchases on customers.party_id = repeat_purchases.party_id
    inner join historic on customers.party_id = historic.party_id
    cross join parameters

)

select * from final
