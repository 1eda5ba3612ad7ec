with

sends as (

    select * from {{ ref('int_survey_sends_numbered') }}

),

responses as (

    select * from {{ ref('int_nps_responses_scored') }}

),

nps_surveys as (

    select distinct survey_id from responses

),

opened_surveys as (

    select distinct survey_id from sends
    where is_opened

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

answered as (

    select distinct send_id from responses
    where send_id is not null

),

folded as (

    select
        sends.survey_id,
        sends.survey_round,
        sends.wave,
        sends.recipient,
        sends.invitation_number,
        max(sends.party_id) as party_id,
        min(sends.sent_on) as sent_on,
        sum(case when sends.is_reminder then 1 else 0 end) as reminders,
        max(case when sends.is_delivered then 1 else 0 end) = 1 as is_delivered,
        max(case when sends.is_opened then 1 else 0 end) = 1 as is_opened,
        max(case when answered.send_id is null then 0 else 1 end) = 1 as is_answered

    from sends
    inner join nps_surveys on sends.survey_id = nps_surveys.survey_id
    left join answered on sends.send_id = answered.send_id
    group by
        sends.survey_id,
        sends.survey_round,
        sends.wave,
        sends.recipient,
        sends.invitation_number

),

-- Who answers has opened, whether the tool saw it or not.
final as (

    select
        folded.survey_id,
        folded.survey_round,
        folded.wave,
        folded.recipient,
        folded.invitation_number,
        folded.party_id,
        coalesce(parties.segment, 'unknown') as segment,
        folded.sent_on,
        folded.reminders,
        folded.is_delivered,
        case
            when opened_surveys.survey_id is not null then folded.is_opened or folded.is_answered
        end as is_opened,
        folded.is_answered

    from folded
    left join opened_surveys on folded.survey_id = opened_surveys.survey_id
    left join parties on folded.party_id = parties.party_id

)

select * from final
