with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

purchases as (

    select * from {{ ref('int_purchases_merged') }}

),

events as (

    select * from {{ ref('int_engagement_events_matched') }}

),

responses as (

    select * from {{ ref('int_nps_responses_scored') }}

),

conversations as (

    select * from {{ ref('int_conversations_answered') }}

),

contract_months as (

    select * from {{ ref('int_contract_months_marked') }}

),

inputs as (

    select
        party_id,
        purchased_on as first_on
    from purchases
    union all
    select
        party_id,
        occurred_on as first_on
    from events
    union all
    select
        party_id,
        responded_on as first_on
    from responses
    union all
    select
        party_id,
        opened_on as first_on
    from conversations
    union all
    select
        party_id,
        month as first_on
    from contract_months

),

-- the first month that knows a party together with an input of it
first_months as (

    select
        min(
            {{ trunc_date(
                'month', 'greatest(inputs.first_on, ' ~ local_date('parties.created_at') ~ ')'
            ) }}
        ) as first_month

    from inputs
    inner join parties on inputs.party_id = parties.party_id
    cross join parameters
    where parties.party_type != 'employee'

),

reference_periods as (

    select
        coalesce(
            cast(nullif(parameters.score_reference_first_month, 'first') as date),
            first_months.first_month
        ) as first_month

    from first_months
    cross join parameters

),

-- a score is shown beside that of three months before
framed as (

    select
        months.month,
        least({{ add_days('months.next_month', -1) }}, parameters.as_of_date) as month_end,
        {{ months_between('months.month', 'parameters.as_of_date') }} < parameters.score_months
            as is_shown,
        {{ months_between('months.month', 'parameters.as_of_date') }} < parameters.score_months + 3
            as is_compared,
        coalesce(
            months.month >= reference_periods.first_month
            and months.month < {{ add_months(
                'reference_periods.first_month', 'parameters.score_reference_months'
            ) }},
            false
        ) as is_reference

    from months
    cross join reference_periods
    cross join parameters

),

final as (

    select
        parties.party_id,
        parties.party_type,
        parties.segment,
        framed.month,
        framed.month_end,
        framed.is_shown,
        framed.is_reference

    from parties
    cross join parameters
    inner join framed on {{ local_date('parties.created_at') }} <= framed.month_end
    where
        parties.party_type != 'employee'
        and (framed.is_compared or framed.is_reference)

)

select * from final
