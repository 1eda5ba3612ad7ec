-- Every detractor response that counts has its row, and what is closed has its hours.
with

followed_up as (

    select
        survey_id,
        count(*) as detractors,
        sum(case when is_closed and hours_to_follow_up is null then 1 else 0 end) as without_hours

    from {{ ref('published_nps_follow_ups') }}
    group by survey_id

),

scored as (

    select
        survey_id,
        sum(case when category = 'detractor' then 1 else 0 end) as detractors

    from {{ ref('int_nps_responses_scored') }}
    group by survey_id

)

select
    scored.survey_id,
    scored.detractors,
    followed_up.detractors as with_a_row,
    followed_up.without_hours

from scored
left join followed_up on scored.survey_id = followed_up.survey_id
where
    scored.detractors != coalesce(followed_up.detractors, 0)
    or followed_up.without_hours > 0
