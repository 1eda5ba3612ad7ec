-- One row per question, opened in public. It is resolved when the asker accepts an answer; that vote has a date and
-- no time, so it is taken to be cast no earlier than the answer was written.
with

posts as (

    select * from read_parquet(getvariable('source') || '/posts.parquet')

),

acceptances as (

    select
        PostId,
        CreationDate as accepted_at

    from read_parquet(getvariable('source') || '/votes.parquet')
    where VoteTypeId = 1

),

conversations as (

    select
        'P' || questions.Id as conversation_id,
        'U' || questions.OwnerUserId as party_id,
        questions.CreationDate as opened_at,
        'forum' as channel,
        true as is_public,
        regexp_extract(questions.Tags, '<([^>]+)>', 1) as topic,
        case
            when acceptances.PostId is not null
                then greatest(acceptances.accepted_at, answers.CreationDate)
        end as resolved_at

    from posts as questions
    left join posts as answers on questions.AcceptedAnswerId = answers.Id
    left join acceptances on answers.Id = acceptances.PostId
    where questions.PostTypeId = 1

)

select * from conversations order by conversation_id
