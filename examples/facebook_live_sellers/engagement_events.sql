-- Up to four rows per line: the post, its reactions, comments and shares, by their count, at the time of the post.
-- A post that is in the file twice keeps its earliest time, which makes its lines equal; the loader counts them once.
with

lines as (

    select * from read_csv(getvariable('source') || '/Live.csv', header = true, all_varchar = true)

),

posts as (

    select
        status_id,
        split_part(status_id, '_', 1) as page_id,
        min(strptime(status_published, '%m/%d/%Y %H:%M')) over (partition by status_id)
            as occurred_at,
        cast(num_reactions as bigint) as reactions,
        cast(num_comments as bigint) as comments,
        cast(num_shares as bigint) as shares

    from lines

),

events as (

    select
        status_id || '-post' as event_id,
        page_id as party_id,
        occurred_at,
        'post' as event_type,
        null as target_party_id,
        status_id as content_id,
        null as parent_event_id,
        1 as event_count

    from posts
    union all
    select
        status_id || '-reactions' as event_id,
        null as party_id,
        occurred_at,
        'reaction' as event_type,
        page_id as target_party_id,
        status_id as content_id,
        status_id || '-post' as parent_event_id,
        reactions as event_count

    from posts
    where reactions > 0
    union all
    select
        status_id || '-comments' as event_id,
        null as party_id,
        occurred_at,
        'comment' as event_type,
        page_id as target_party_id,
        status_id as content_id,
        status_id || '-post' as parent_event_id,
        comments as event_count

    from posts
    where comments > 0
    union all
    select
        status_id || '-shares' as event_id,
        null as party_id,
        occurred_at,
        'share' as event_type,
        page_id as target_party_id,
        status_id as content_id,
        status_id || '-post' as parent_event_id,
        shares as event_count

    from posts
    where shares > 0

)

select
    *,
    'facebook' as platform,
    event_type = 'comment' as is_user_generated

from events
order by event_id
