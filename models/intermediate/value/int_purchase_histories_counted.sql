with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

purchases as (

    select * from {{ ref('int_purchases_merged') }}

),

observations as (

    select
        'score' as basis,
        as_of_date as observed_until,
        as_of_date

    from parameters
    union all
    select
        'calibration' as basis,
        {{ add_days('as_of_date', '-clv_holdout_days') }} as observed_until,
        as_of_date

    from parameters
    where clv_holdout_days > 0

),

counted as (

    select
        observations.basis,
        observations.observed_until,
        customers.party_id,
        customers.segment,
        customers.first_ordered_on,
        max(
            case
                when purchases.purchased_on <= observations.observed_until
                    then purchases.purchased_on
            end
        ) as last_purchased_on,
        sum(
            case
                when
                    purchases.purchased_on > customers.first_ordered_on
                    and purchases.purchased_on <= observations.observed_until
                    then 1
                else 0
            end
        ) as frequency,
        sum(
            case
                when
                    purchases.purchased_on > customers.first_ordered_on
                    and purchases.purchased_on <= observations.observed_until
                    then purchases.margin_amount
                else 0
            end
        ) as repeat_margin_amount,
        sum(case when purchases.purchased_on > observations.observed_until then 1 else 0 end)
            as holdout_orders,
        sum(
            case
                when purchases.purchased_on > observations.observed_until
                    then purchases.margin_amount
                else 0
            end
        ) as holdout_margin_amount

    from customers
    cross join observations
    inner join purchases on customers.party_id = purchases.party_id
    where customers.first_ordered_on <= observations.observed_until
    group by
        observations.basis,
        observations.observed_until,
        customers.party_id,
        customers.segment,
        customers.first_ordered_on

),

final as (

    select
        basis,
        party_id,
        segment,
        observed_until,
        cast(frequency as bigint) as frequency,
        {{ days_between('first_ordered_on', 'last_purchased_on') }} as recency_days,
        {{ days_between('first_ordered_on', 'observed_until') }} as age_days,
        cast(repeat_margin_amount as decimal(28, 4)) as repeat_margin_amount,
        cast(holdout_orders as bigint) as holdout_orders,
        cast(holdout_margin_amount as decimal(28, 4)) as holdout_margin_amount

    from counted

)

select * from final
