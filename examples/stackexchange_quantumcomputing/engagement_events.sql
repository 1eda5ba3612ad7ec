-- One row per post, comment, vote and badge. README.md says what becomes of each type.
with

posts as (

    select * from read_parquet(getvariable('source') || '/posts.parquet')

),

comments as (

    select * from read_parquet(getvariable('source') || '/comments.parquet')

),

votes as (

    select * from read_parquet(getvariable('source') || '/votes.parquet')

),

badges as (

    select * from read_parquet(getvariable('source') || '/badges.parquet')

),

-- bodies are HTML: code goes, tags go, what the common entities stand for comes back
texts as (

    select
        Id,
        trim(
            regexp_replace(
                regexp_replace(Body, '<pre.*?</pre>', ' ', 'gs'), '<[^>]*>', ' ', 'g'
            )
        ) as body

    from posts

),

events as (

    select
        'P' || posts.Id as event_id,
        'U' || posts.OwnerUserId as party_id,
        posts.CreationDate as occurred_at,
        case posts.PostTypeId when 1 then 'post' when 2 then 'answer' else 'wiki' end as event_type,
        'U' || parents.OwnerUserId as target_party_id,
        'P' || coalesce(parents.Id, posts.Id) as content_id,
        'P' || parents.Id as parent_event_id,
        true as is_user_generated,
        nullif(
            concat_ws(
                '. ',
                posts.Title,
                replace(
                    replace(
                        replace(
                            replace(
                                replace(replace(texts.body, '&lt;', '<'), '&gt;', '>'),
                                '&quot;',
                                '"'
                            ),
                            '&#39;',
                            ''''
                        ),
                        '&nbsp;',
                        ' '
                    ),
                    '&amp;',
                    '&'
                )
            ),
            ''
        ) as text

    from posts
    inner join texts on posts.Id = texts.Id
    left join posts as parents on posts.ParentId = parents.Id
    union all
    select
        'C' || comments.Id as event_id,
        'U' || comments.UserId as party_id,
        comments.CreationDate as occurred_at,
        'comment' as event_type,
        'U' || posts.OwnerUserId as target_party_id,
        'P' || comments.PostId as content_id,
        'P' || posts.Id as parent_event_id,
        true as is_user_generated,
        comments.Text as text

    from comments
    left join posts on comments.PostId = posts.Id
    union all
    select
        'V' || votes.Id as event_id,
        'U' || votes.UserId as party_id,
        votes.CreationDate as occurred_at,
        case
            when votes.VoteTypeId = 1 then 'accepted_answer'
            when votes.VoteTypeId in (2, 3, 5) then 'reaction'
            when votes.VoteTypeId in (8, 9) then 'bounty'
            else 'moderation'
        end as event_type,
        'U' || posts.OwnerUserId as target_party_id,
        'P' || votes.PostId as content_id,
        'P' || posts.Id as parent_event_id,
        false as is_user_generated,
        null as text

    from votes
    left join posts on votes.PostId = posts.Id
    union all
    select
        'B' || Id as event_id,
        'U-1' as party_id,
        "Date" as occurred_at,
        'badge' as event_type,
        'U' || UserId as target_party_id,
        null as content_id,
        null as parent_event_id,
        false as is_user_generated,
        null as text

    from badges

)

select
    *,
    'stackexchange' as platform,
    true as is_organic,
    case when text is not null then 'en' end as language

from events
order by event_id
