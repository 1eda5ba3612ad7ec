with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

party_months as (

    select * from {{ ref('int_party_months_listed') }}

),

conversations as (

    select * from {{ ref('int_conversations_answered') }}
    where not is_outreach

),

-- as it stood when the month ended
observed as (

    select
        party_months.party_id,
        party_months.month,
        conversations.seconds_waited <= 60 * parameters.response_sla_minutes as is_within_sla,
        coalesce(
            {{ local_date('conversations.first_answered_at') }} <= party_months.month_end, false
        ) as is_answered,
        {{ seconds_between(
            'conversations.opened_at',
            utc_time('cast(' ~ add_days('party_months.month_end', 1) ~ ' as timestamp)')
        ) }} as seconds_observed,
        60 * parameters.response_sla_minutes as sla_seconds,
        parameters.score_late_answer_credit

    from party_months
    cross join parameters
    inner join conversations
        on
            party_months.party_id = conversations.party_id
            and conversations.opened_on <= party_months.month_end
            and conversations.opened_on
            >= {{ add_months('party_months.month', '1 - parameters.score_window_months') }}

),

credited as (

    select
        party_id,
        month,
        case
            when is_answered and is_within_sla then 1
            when is_answered then score_late_answer_credit
            else 0
        end as credit

    from observed
    where
        is_answered
        or seconds_observed >= sla_seconds

),

final as (

    select
        party_id,
        month,
        count(*) as conversations,
        {{ safe_divide(sum_exactly('credit'), 'count(*)') }} as responsiveness

    from credited
    group by party_id, month

)

select * from final
