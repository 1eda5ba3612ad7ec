{{ config(materialized="view") }}

with

responses as (

    select * from {{ ref('stg_feedback__survey_responses') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

final as (

    select
        responses.response_id,
        responses.survey_id,
        responses.send_id,
        coalesce(merged_parties.resolved_party_id, responses.party_id) as party_id,
        responses.question_type,
        responses.comment,
        responses.language,
        responses.score,
        responses.weight,
        responses.is_test,
        responses.responded_at,
        responses.follow_up_at

    from responses
    left join merged_parties on responses.party_id = merged_parties.party_id

)

select * from final
