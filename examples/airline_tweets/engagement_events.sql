-- One row per line of the file; 155 tweets stand in it twice. The labels of the file are not loaded.
with

tweets as (

    select * from read_csv(
        getvariable('source') || '/Tweets.csv', header = true, all_varchar = true
    )

),

events as (

    select
        tweet_id as event_id,
        name as actor_handle,
        cast(
            strptime(tweet_created, '%Y-%m-%d %H:%M:%S %z') at time zone 'UTC' as timestamp
        ) as occurred_at,
        'twitter' as platform,
        'mention' as event_type,
        true as is_user_generated,
        text,
        'en' as language,
        airline as programme_id

    from tweets

)

select * from events order by all
