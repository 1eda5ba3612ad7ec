-- The page against the accounts of the truth, metric by metric: months, and what their values are
-- made of. The brand delivers no weights, and where conversations are undecided the share within the
-- SLA is no plain one.
with

actual as (

    select
        'nps' as metric,
        cast(date_trunc('month', period_end) as date) as month,
        promoters - detractors as numerator,
        responded as denominator,
        100.0 * (promoters - detractors) / nullif(responded, 0) as value
    from truth.survey_periods
    where survey_id = 'relationship_nps' and period_type = 'rolling' and segment = 'all'
    union all
    select
        'cac', cohort_month, sum(acquisition_cost), sum(new_customers),
        sum(acquisition_cost) / cast(sum(new_customers) as double)
    from truth.acquisition_costs
    group by cohort_month
    union all
    select
        'share_within_sla', month, answered_within_sla, conversations,
        case when undecided_within_sla = 0 then answered_within_sla / conversations end
    from truth.response_accounts
    where channel = 'all' and segment = 'all'
    union all
    select 'organic_events', month, null, null, organic_events
    from truth.engagement_months
    where platform = 'all' and programme_id = 'all'

),

compared as (

    select
        metric,
        actual.month as true_month,
        mart.month as month,
        abs(mart.value - actual.value) as error,
        mart.numerator is distinct from actual.numerator
        or mart.denominator is distinct from actual.denominator
        or (mart.value is null and actual.value is not null) as differs
    from marts.relationship_scorecard as mart
    full outer join actual using (metric, month)
    where metric in (select metric from actual)

)

select
    metric || ': months' as quantity,
    count(true_month) as truth,
    count(month) as estimate,
    0 as tolerance
from compared
group by metric
union all
select metric || ': months that differ', 0, count(*) filter (where differs), 0
from compared
group by metric
union all
select metric || ': largest error', 0, max(error), 1e-9
from compared
group by metric
union all
select
    'referred_share: converted referrals',
    (select sum(converted_referrals) from truth.referrer_accounts),
    sum(numerator),
    0
from marts.relationship_scorecard
where metric = 'referred_share'
order by all
