-- What content earned, by month and platform: the running totals of one platform, one of which
-- starts again, are the counts of the days.
with

both_sides as (

    select
        'truth' as side,
        cast(date_trunc('month', metric_date) as date) as month,
        case when grouping(platform) = 1 then 'all' else platform end as platform,
        sum(impressions) as impressions,
        sum(organic_impressions) as organic_impressions,
        sum(engagements) as content_engagements,
        sum(shares) as content_shares
    from truth.content_days
    group by grouping sets ((month), (month, platform))
    union all
    select
        'mart' as side,
        month, platform, impressions, organic_impressions, content_engagements, content_shares
    from marts.engagement_by_month
    where impressions is not null

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

),

totals as (

    select * from both_sides
    where platform = 'all'

)

select
    'reach: rows' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'reach: rows that differ', 0, count(*), 0 from differing
union all
select
    'impressions',
    sum(impressions) filter (side = 'truth'),
    sum(impressions) filter (side = 'mart'),
    0
from totals
union all
select
    'organic impressions',
    sum(organic_impressions) filter (side = 'truth'),
    sum(organic_impressions) filter (side = 'mart'),
    0
from totals
union all
select
    'content engagements',
    sum(content_engagements) filter (side = 'truth'),
    sum(content_engagements) filter (side = 'mart'),
    0
from totals
union all
select
    'content shares',
    sum(content_shares) filter (side = 'truth'),
    sum(content_shares) filter (side = 'mart'),
    0
from totals
