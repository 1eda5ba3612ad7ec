-- The true median counts every wait to its end, also those that ended after as_of_date. Of the
-- months before the last one nothing that matters is hidden, and the medians are the same; in the last
-- one the curve knows of the youngest conversations only that they still wait.
with

compared as (

    select
        mart.month = max(mart.month) over () as is_last,
        mart.channel = 'all' and mart.segment = 'all' as is_all,
        actual.median_seconds / 60.0 as truth,
        mart.median_minutes as estimate
    from marts.response_times as mart
    inner join truth.response_accounts as actual using (month, channel, segment)

)

select
    'medians before the last month that differ' as quantity,
    0 as truth,
    count(*) as estimate,
    0 as tolerance
from compared
where not is_last and truth is distinct from estimate
union all
select 'median of the last month', truth, estimate, 0.1 * truth
from compared
where is_last and is_all
