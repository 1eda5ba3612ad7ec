with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

cohorts as (

    select * from {{ ref('int_customers_cohorted') }}

),

conversations as (

    select * from {{ ref('int_conversations_answered') }}

),

refunds as (

    select * from {{ ref('int_refunds_valued') }}

),

responses as (

    select * from {{ ref('int_nps_responses_scored') }}

),

orders as (

    select * from {{ ref('int_orders_valued') }}

),

-- a promise broken, money given back, a detractor's score
incidents as (

    select
        conversations.party_id,
        conversations.opened_on as incident_on

    from conversations
    cross join parameters
    where
        not conversations.is_outreach
        and (
            not conversations.is_answered
            or conversations.seconds_waited > 60 * parameters.response_sla_minutes
        )
    union all
    select
        party_id,
        refunded_on as incident_on

    from refunds
    union all
    select
        party_id,
        responded_on as incident_on

    from responses
    where category = 'detractor'

),

-- of customers, once a day, with the whole of the time to buy again behind them
counted as (

    select distinct
        incidents.party_id,
        incidents.incident_on,
        {{ add_days('incidents.incident_on', 'parameters.repurchase_window_days') }} as last_on

    from incidents
    cross join parameters
    inner join cohorts on incidents.party_id = cohorts.party_id
    where
        incidents.incident_on >= cohorts.first_ordered_on
        and {{ add_days('incidents.incident_on', 'parameters.repurchase_window_days') }}
        <= parameters.as_of_date

),

final as (

    select
        counted.party_id,
        counted.incident_on,
        count(orders.order_id) > 0 as has_repurchased

    from counted
    left join orders
        on
            counted.party_id = orders.party_id
            and orders.ordered_on > counted.incident_on
            and orders.ordered_on <= counted.last_on
    group by counted.party_id, counted.incident_on

)

select * from final
