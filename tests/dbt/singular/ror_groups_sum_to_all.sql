-- The party types of a programme sum to it, and so do its segments; 0.001 is for the rounding of
-- shares.
with

returns as (

    select * from {{ ref('published_ror_by_programme') }}

),

groups as (

    select
        window_month,
        programme_id,
        case when party_type = 'all' then 'segment' else 'party_type' end as grouping_name,
        cast(sum(relationship_cost) as double) as relationship_cost,
        sum(earned_insight) as earned_insight,
        sum(referral_margin) as referral_margin,
        sum(deflected_questions) as deflected_questions,
        sum(coded_margin) as coded_margin,
        sum(treated_parties) as treated_parties,
        coalesce(sum(retained_margin), 0) as retained_margin

    from returns
    where party_type != 'all' or segment != 'all'
    group by
        window_month,
        programme_id,
        case when party_type = 'all' then 'segment' else 'party_type' end

)

select
    total.window_month,
    total.programme_id,
    groups.grouping_name,
    total.relationship_cost,
    groups.relationship_cost as relationship_cost_of_groups,
    total.retained_margin,
    groups.retained_margin as retained_margin_of_groups,
    total.coded_margin,
    groups.coded_margin as coded_margin_of_groups

from returns as total
inner join groups
    on
        total.window_month = groups.window_month
        and total.programme_id = groups.programme_id
where
    total.party_type = 'all'
    and total.segment = 'all'
    and (
        abs(cast(total.relationship_cost as double) - groups.relationship_cost) > 0.001
        or abs(total.earned_insight - groups.earned_insight) > 0.001
        or abs(total.referral_margin - groups.referral_margin) > 0.001
        or total.deflected_questions != groups.deflected_questions
        or abs(total.coded_margin - groups.coded_margin) > 0.001
        or total.treated_parties != groups.treated_parties
        or abs(coalesce(total.retained_margin, 0) - groups.retained_margin) > 0.001
    )
