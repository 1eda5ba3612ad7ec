with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

orders as (

    select * from {{ ref('int_orders_valued') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

first_orders as (

    select
        party_id,
        min(ordered_at) as first_ordered_at,
        min(ordered_on) as first_ordered_on,
        max(ordered_on) as last_ordered_on

    from orders
    where party_id is not null
    group by party_id

),

final as (

    select
        first_orders.party_id,
        parties.segment,
        parties.acquisition_channel,
        first_orders.first_ordered_at,
        first_orders.first_ordered_on,
        first_orders.last_ordered_on,
        {{ trunc_date('month', 'first_orders.first_ordered_on') }} as cohort_month,
        {{ cohort_period('first_orders.first_ordered_on') }} as cohort_start

    from first_orders
    inner join parties on first_orders.party_id = parties.party_id
    cross join parameters

)

select * from final
