-- What is shrunken lies between the party's own mean and its segment's, and the weight is a share.
select
    party_id,
    month,
    sentiment_mean,
    segment_mean,
    sentiment_shrunken

from {{ ref('int_party_sentiments_shrunken') }}
where
    sentiment_shrunken is null
    or not weight between 0 and 1
    or sentiment_shrunken < least(sentiment_mean, segment_mean) - 1e-9
    or sentiment_shrunken > greatest(sentiment_mean, segment_mean) + 1e-9
