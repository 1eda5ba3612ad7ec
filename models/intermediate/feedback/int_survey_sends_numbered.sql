with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

sends as (

    select * from {{ ref('int_survey_sends_resolved') }}

),

delivered_parties as (

    select * from {{ ref('stg_parties__parties') }}

),

counted as (

    select
        sends.send_id,
        sends.survey_id,
        sends.wave,
        sends.party_id,
        coalesce(sends.party_id, sends.send_id) as recipient,
        sends.sent_at,
        {{ local_date('sends.sent_at') }} as sent_on,
        sends.bounced_at is null
        or {{ local_date('sends.bounced_at') }} > parameters.as_of_date as is_delivered,
        sends.opened_at is not null
        and {{ local_date('sends.opened_at') }} <= parameters.as_of_date as is_opened,
        coalesce(sends.is_reminder, false) as is_reminder

    from sends
    left join delivered_parties on sends.party_id = delivered_parties.party_id
    cross join parameters
    where
        {{ local_date('sends.sent_at') }} <= parameters.as_of_date
        and not coalesce(delivered_parties.is_test, false)

),

numbered as (

    select
        *,
        sum(case when is_reminder then 0 else 1 end) over (
            partition by survey_id, wave, recipient
            order by sent_at, send_id
            rows between unbounded preceding and current row
        ) as invitation_number

    from counted

),

dated as (

    select
        *,
        min(sent_on) over (partition by survey_id, wave, recipient, invitation_number)
            as invited_on

    from numbered

),

final as (

    select
        send_id,
        survey_id,
        wave,
        party_id,
        recipient,
        invitation_number,
        coalesce(
            wave, cast({{ trunc_date('month', 'invited_on') }} as {{ dbt.type_string() }})
        ) as survey_round,
        sent_on,
        is_delivered,
        is_opened,
        is_reminder

    from dated

)

select * from final
