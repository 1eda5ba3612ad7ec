{{ config(materialized="view") }}

with

responses as (

    select * from {{ ref('int_nps_responses_ranked') }}

),

final as (

    select
        response_id,
        survey_id,
        send_id,
        party_id,
        wave,
        segment,
        responded_at,
        responded_on,
        follow_up_at,
        score,
        weight,
        category

    from responses
    where rule_rank = 1

)

select * from final
