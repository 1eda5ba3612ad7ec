with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

events as (

    select * from {{ ref('int_engagement_events_matched') }}

),

questions as (

    select * from events
    where
        event_type = 'post'
        and parent_event_id is null
        and not is_brand

),

answers as (

    select * from events
    where event_type = 'answer'

),

first_answers as (

    select
        questions.event_id,
        min(answers.occurred_at) as first_answered_at

    from questions
    inner join answers
        on
            questions.event_id = answers.parent_event_id
            and questions.occurred_at <= answers.occurred_at
            and coalesce(questions.actor_id != answers.actor_id, true)
    group by questions.event_id

),

final as (

    select
        questions.event_id as question_id,
        questions.platform,
        {{ trunc_date('month', 'questions.occurred_on') }} as month,
        first_answers.first_answered_at is not null as is_answered,
        {{ seconds_between(
            'questions.occurred_at',
            'coalesce(first_answers.first_answered_at, '
            ~ utc_time('cast(' ~ add_days('parameters.as_of_date', 1) ~ ' as timestamp)') ~ ')'
        ) }} as seconds_waited

    from questions
    left join first_answers on questions.event_id = first_answers.event_id
    cross join parameters

)

select * from final
