-- One row per question and answer. An answer of the asker to the own question is no answer of a peer. Comments are
-- engagement events, no messages: most ask back. Texts are in engagement_events.
with

posts as (

    select * from read_parquet(getvariable('source') || '/posts.parquet')

),

messages as (

    select
        'P' || messages.Id as message_id,
        'P' || coalesce(questions.Id, messages.Id) as conversation_id,
        messages.CreationDate as sent_at,
        case
            when questions.Id is null or messages.OwnerUserId = questions.OwnerUserId then 'customer'
            else 'peer'
        end as author_role,
        true as is_public,
        'U' || messages.OwnerUserId as author_party_id

    from posts as messages
    left join posts as questions on messages.ParentId = questions.Id
    where messages.PostTypeId in (1, 2)

)

select * from messages order by message_id
