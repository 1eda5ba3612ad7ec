-- One row per line of a conversation: the lines that reply links connect, from the line that is annotated to start one on.
-- Who wrote that line is the customer, everybody else a peer.
with recursive

lines as (

    select * from read_parquet(getvariable('source') || '/stripe_messages.parquet')

),

links as (

    select * from read_parquet(getvariable('source') || '/stripe_reply_links.parquet')

),

edges as (

    select
        log_file,
        message_no,
        reply_to_message_no as other_no

    from links
    union
    select
        log_file,
        reply_to_message_no as message_no,
        message_no as other_no

    from links

),

reached (log_file, message_no, other_no) as (

    select
        log_file,
        message_no,
        other_no

    from edges
    union
    select
        reached.log_file,
        reached.message_no,
        edges.other_no

    from reached
    inner join edges
        on
            reached.log_file = edges.log_file
            and reached.other_no = edges.message_no

),

placed as (

    select
        log_file,
        message_no,
        least(message_no, min(other_no)) as first_no

    from reached
    group by log_file, message_no

),

starts as (

    select
        links.log_file,
        links.message_no as first_no,
        lines.user_key

    from links
    inner join lines on links.log_file = lines.log_file and links.message_no = lines.message_no
    where links.starts_conversation

),

messages as (

    select
        placed.log_file || '-' || placed.message_no as message_id,
        placed.log_file || '-' || placed.first_no as conversation_id,
        lines.sent_at,
        case when lines.user_key = starts.user_key then 'customer' else 'peer' end as author_role,
        true as is_public,
        lines.user_key as author_party_id

    from placed
    inner join starts on placed.log_file = starts.log_file and placed.first_no = starts.first_no
    inner join lines on placed.log_file = lines.log_file and placed.message_no = lines.message_no

)

select * from messages order by message_id
