with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

orders as (

    select * from {{ ref('stg_sales__orders') }}

),

refunds as (

    select * from {{ ref('stg_sales__refunds') }}

),

subscriptions as (

    select * from {{ ref('stg_sales__subscriptions') }}

),

responses as (

    select * from {{ ref('stg_feedback__survey_responses') }}

),

sends as (

    select * from {{ ref('stg_feedback__survey_sends') }}

),

costs as (

    select * from {{ ref('stg_relationship__relationship_costs') }}

),

events as (

    select * from {{ ref('stg_engagement__engagement_events') }}

),

first_times as (

    select min(ordered_at) as first_at from orders
    union all
    select min(refunded_at) as first_at from refunds
    union all
    select min(valid_from) as first_at from subscriptions
    union all
    select min(responded_at) as first_at from responses
    union all
    select min(sent_at) as first_at from sends
    union all
    select min(occurred_at) as first_at from events

),

first_dates as (

    select {{ local_date('first_times.first_at') }} as first_on

    from first_times
    cross join parameters
    union all
    select min(cost_month) as first_on from costs

),

first_month as (

    select {{ trunc_date('month', 'min(first_on)') }} as month from first_dates

),

numbered as (

    select {{ add_months(trunc_date('month', 'parameters.as_of_date'), '0 - series.n') }} as month

    from parameters
    cross join {{ series(1200) }} as series

),

final as (

    select
        numbered.month,
        {{ add_months('numbered.month', 1) }} as next_month,
        {{ add_months('numbered.month', 1) }}
        <= {{ add_days('parameters.as_of_date', 1) }} as is_month_complete

    from numbered
    cross join parameters
    inner join first_month on numbered.month >= first_month.month

)

select * from final
