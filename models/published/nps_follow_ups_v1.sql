select
    cast(response_id as string) as response_id,
    cast(survey_id as string) as survey_id,
    cast(wave as string) as wave,
    cast(party_id as string) as party_id,
    cast(segment as string) as segment,
    cast(responded_at as timestamp) as responded_at,
    cast(score as bigint) as score,
    cast(follow_up_at as timestamp) as follow_up_at,
    cast(is_closed as boolean) as is_closed,
    cast(hours_to_follow_up as double) as hours_to_follow_up,
    cast(followed_up_within_sla as boolean) as followed_up_within_sla,
    cast(next_responded_at as timestamp) as next_responded_at,
    cast(next_score as bigint) as next_score,
    cast(score_change as bigint) as score_change,
    cast(margin_until as date) as margin_until,
    cast(is_complete as boolean) as is_complete,
    cast(margin_180_days as decimal(38, 4)) as margin_180_days,
    cast(as_of_date as date) as as_of_date

from {{ ref('nps_follow_ups') }}
