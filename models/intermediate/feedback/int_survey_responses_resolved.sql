with

responses as (

    select * from {{ ref('stg_feedback__survey_responses') }}

),

sends as (

    select * from {{ ref('int_survey_sends_resolved') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

named as (

    select
        responses.*,
        sends.send_id as named_send_id,
        coalesce(
            merged_parties.resolved_party_id, responses.party_id, sends.party_id
        ) as resolved_party_id

    from responses
    left join sends on responses.send_id = sends.send_id
    left join merged_parties on responses.party_id = merged_parties.party_id

),

-- who names no invitation answers the last one
ranked_sends as (

    select
        named.response_id,
        sends.send_id,
        row_number() over (
            partition by named.response_id
            order by sends.sent_at desc, sends.send_id desc
        ) as send_rank

    from named
    inner join sends
        on
            named.survey_id = sends.survey_id
            and named.resolved_party_id = sends.party_id
            and named.responded_at >= sends.sent_at
    where
        named.named_send_id is null
        and sends.bounced_at is null

),

final as (

    select
        named.response_id,
        named.survey_id,
        coalesce(named.named_send_id, ranked_sends.send_id) as send_id,
        named.resolved_party_id as party_id,
        named.question_type,
        named.comment,
        named.language,
        named.score,
        named.weight,
        named.is_test,
        named.responded_at,
        named.follow_up_at

    from named
    left join ranked_sends
        on
            named.response_id = ranked_sends.response_id
            and ranked_sends.send_rank = 1

)

select * from final
