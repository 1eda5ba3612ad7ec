-- One row per line that is annotated to start a conversation: who wrote it is the customer.
with

lines as (

    select * from read_parquet(getvariable('source') || '/stripe_messages.parquet')

),

links as (

    select * from read_parquet(getvariable('source') || '/stripe_reply_links.parquet')

),

conversations as (

    select
        links.log_file || '-' || links.message_no as conversation_id,
        lines.user_key as party_id,
        lines.sent_at as opened_at,
        'irc' as channel,
        true as is_public

    from links
    inner join lines on links.log_file = lines.log_file and links.message_no = lines.message_no
    where links.starts_conversation

)

select * from conversations order by conversation_id
