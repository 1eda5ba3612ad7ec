select
    cast(party_id as string) as party_id,
    cast(month as date) as month,
    cast(party_type as string) as party_type,
    cast(segment as string) as segment,
    cast(score as double) as score,
    cast(presence as double) as presence,
    cast(commitment as double) as commitment,
    cast(loyalty as double) as loyalty,
    cast(sentiment as double) as sentiment,
    cast(advocacy as double) as advocacy,
    cast(responsiveness as double) as responsiveness,
    cast(inputs_present as bigint) as inputs_present,
    cast(weight_coverage as double) as weight_coverage,
    cast(love as double) as love,
    cast(reach as double) as reach,
    cast(level as bigint) as level,
    cast(level_name as string) as level_name,
    cast(score_change_90_days as double) as score_change_90_days,
    cast(is_month_complete as boolean) as is_month_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('relationship_scores') }}
