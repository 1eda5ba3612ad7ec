-- Sub-scores and score lie between 0 and 100, the score between its least and greatest sub-score;
-- each party has every month since its first, up to as_of_date.
with

scores as (

    select * from {{ ref('published_relationship_scores') }}

),

out_of_bounds as (

    select
        party_id,
        'bounds' as fault

    from scores
    where
        score + 1e-9 < least(presence, commitment, loyalty, sentiment, advocacy, responsiveness)
        or score - 1e-9 > greatest(
            presence, commitment, loyalty, sentiment, advocacy, responsiveness
        )
        or least(score, presence, commitment, loyalty, sentiment, advocacy, responsiveness) < 0
        or greatest(score, presence, commitment, loyalty, sentiment, advocacy, responsiveness) > 100
        or weight_coverage > 1
        or (score is null) != (inputs_present = 0)
        or (level is null) != (love is null)

),

gaps as (

    select
        party_id,
        'months' as fault

    from scores
    group by party_id
    having
        count(*) != {{ months_between('min(month)', 'max(as_of_date)') }} + 1
        or max(month) != max({{ trunc_date('month', 'as_of_date') }})

)

select * from out_of_bounds
union all
select * from gaps
