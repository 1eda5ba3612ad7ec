-- The score of every group that is shown, from the promoters and detractors that there are.
select 'largest error of a score' as quantity, 0 as truth,
    max(abs(mart.nps - 100.0 * (actual.promoters - actual.detractors) / actual.responded))
        as estimate,
    1e-9 as tolerance
from marts.nps_by_period as mart
inner join truth.survey_periods as actual using (survey_id, period_type, period_end, segment)
where actual.responded > 0
