with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

sends as (

    select * from {{ ref('int_survey_sends_resolved') }}

),

responses as (

    select * from {{ ref('int_nps_responses_scored') }}

),

nps_surveys as (

    select distinct survey_id from responses

),

delivered_parties as (

    select * from {{ ref('stg_parties__parties') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

numbered as (

    select
        sends.send_id,
        sends.survey_id,
        sends.wave,
        sends.party_id,
        {{ local_date('sends.sent_at') }} as sent_on,
        sends.bounced_at is null
        or {{ local_date('sends.bounced_at') }} > parameters.as_of_date as is_delivered,
        coalesce(sends.party_id, sends.send_id) as recipient,
        sum(case when coalesce(sends.is_reminder, false) then 0 else 1 end) over (
            partition by
                sends.survey_id,
                sends.wave,
                coalesce(sends.party_id, sends.send_id)
            order by sends.sent_at, sends.send_id
            rows between unbounded preceding and current row
        ) as invitation_number

    from sends
    inner join nps_surveys on sends.survey_id = nps_surveys.survey_id
    left join delivered_parties on sends.party_id = delivered_parties.party_id
    cross join parameters
    where
        {{ local_date('sends.sent_at') }} <= parameters.as_of_date
        and not coalesce(delivered_parties.is_test, false)

),

answered as (

    select distinct send_id from responses
    where send_id is not null

),

folded as (

    select
        numbered.survey_id,
        numbered.wave,
        numbered.recipient,
        numbered.invitation_number,
        max(numbered.party_id) as party_id,
        min(numbered.sent_on) as sent_on,
        max(case when numbered.is_delivered then 1 else 0 end) = 1 as is_delivered,
        max(case when answered.send_id is null then 0 else 1 end) = 1 as is_answered

    from numbered
    left join answered on numbered.send_id = answered.send_id
    group by numbered.survey_id, numbered.wave, numbered.recipient, numbered.invitation_number

),

final as (

    select
        folded.survey_id,
        folded.wave,
        folded.recipient,
        folded.invitation_number,
        folded.party_id,
        coalesce(parties.segment, 'unknown') as segment,
        folded.sent_on,
        folded.is_delivered,
        folded.is_answered

    from folded
    left join parties on folded.party_id = parties.party_id

)

select * from final
