with

events as (

    select * from {{ ref('int_engagement_events_matched') }}

),

-- an answer that names no question may be the tenth to one
answers as (

    select
        answers.parent_event_id as question_id,
        answers.programme_id,
        answers.platform,
        answers.party_id,
        answers.is_brand,
        answers.occurred_on as answered_on,
        row_number() over (
            partition by answers.parent_event_id
            order by answers.occurred_at, answers.event_id
        ) as answer_rank

    from events as answers
    left join events as questions on answers.parent_event_id = questions.event_id
    where
        answers.event_type = 'answer'
        and answers.parent_event_id is not null
        and coalesce(questions.event_type not in ('answer', 'accepted_answer'), true)
        and coalesce(questions.occurred_at <= answers.occurred_at, true)
        and not coalesce(questions.is_brand, false)
        and coalesce(answers.actor_id != questions.actor_id, true)

),

final as (

    select
        question_id,
        nullif(programme_id, 'none') as programme_id,
        platform,
        party_id,
        answered_on

    from answers
    where
        answer_rank = 1
        and not is_brand

)

select * from final
