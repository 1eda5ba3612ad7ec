with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

cohorts as (

    select * from {{ ref('int_customers_cohorted') }}

),

events as (

    select * from {{ ref('int_engagement_events_resolved') }}

),

conversations as (

    select * from {{ ref('int_conversations_answered') }}

),

heard as (

    select occurred_at as heard_at from events
    union all
    select opened_at as heard_at from conversations

),

-- whether a touch is the first is known where what is heard of customers reaches back
beginnings as (

    select min(first_ordered_on) as begins_on from cohorts
    union all
    select min({{ local_date('heard.heard_at') }}) as begins_on

    from heard
    cross join parameters

),

beginning as (

    select max(begins_on) as begins_on from beginnings

),

last_complete_month as (

    select max(month) as month from months
    where is_month_complete

),

final as (

    select months.month

    from months
    cross join parameters
    cross join beginning
    cross join last_complete_month
    where
        months.month
        >= {{ add_months(
            trunc_date('month', 'beginning.begins_on'), 'parameters.uplift_horizon_months'
        ) }}
        and {{ add_months('months.month', 'parameters.uplift_horizon_months') }}
        <= last_complete_month.month

)

select * from final
