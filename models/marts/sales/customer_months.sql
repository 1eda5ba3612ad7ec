with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customer_months as (

    select * from {{ ref('int_customer_months_filled') }}

),

final as (

    select
        customer_months.party_id,
        customer_months.segment,
        customer_months.cohort_month,
        customer_months.month,
        customer_months.months_since_first,
        customer_months.orders,
        customer_months.orders_with_estimated_margin,
        customer_months.engagements,
        customer_months.gross_amount,
        customer_months.discount_amount,
        customer_months.refunded_amount,
        customer_months.refunded_amount_of_orders,
        customer_months.gross_amount
        - customer_months.discount_amount
        - customer_months.refunded_amount as net_amount,
        customer_months.margin_amount,
        customer_months.orders > 0 as is_active,
        customer_months.is_month_complete,
        parameters.as_of_date

    from customer_months
    cross join parameters

)

select * from final
