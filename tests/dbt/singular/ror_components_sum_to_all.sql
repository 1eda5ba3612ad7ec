-- Nothing is counted twice across programmes: the components of the programmes sum to those of
-- 'all', for everybody and in each party type and segment; retained margin over the programmes of
-- tier A and B. 1e-4 is for the rounding of shares.
with

returns as (

    select * from {{ ref('published_ror_by_programme') }}

),

programmes as (

    select
        window_month,
        party_type,
        segment,
        cast(sum(relationship_cost) as double) as relationship_cost,
        sum(earned_insight) as earned_insight,
        sum(referral_margin) as referral_margin,
        sum(deflected_questions) as deflected_questions,
        sum(deflected_service_cost) as deflected_service_cost,
        sum(coded_margin) as coded_margin,
        sum(case when evidence_tier in ('A', 'B') then retained_margin end) as retained_margin,
        sum(case when evidence_tier in ('A', 'B') then naive_margin end) as naive_margin,
        sum(future_value) as future_value

    from returns
    where programme_id != 'all'
    group by window_month, party_type, segment

)

select
    total.window_month,
    total.party_type,
    total.segment,
    total.relationship_cost,
    programmes.relationship_cost as relationship_cost_of_programmes,
    total.referral_margin,
    programmes.referral_margin as referral_margin_of_programmes,
    total.coded_margin,
    programmes.coded_margin as coded_margin_of_programmes,
    total.deflected_questions,
    programmes.deflected_questions as deflected_questions_of_programmes,
    total.retained_margin,
    programmes.retained_margin as retained_margin_of_programmes

from returns as total
inner join programmes
    on
        total.window_month = programmes.window_month
        and total.party_type = programmes.party_type
        and total.segment = programmes.segment
where
    total.programme_id = 'all'
    and (
        abs(cast(total.relationship_cost as double) - programmes.relationship_cost) > 0.0001
        or abs(total.earned_insight - programmes.earned_insight) > 0.0001
        or abs(total.referral_margin - programmes.referral_margin) > 0.0001
        or abs(total.coded_margin - programmes.coded_margin) > 0.0001
        or total.deflected_questions != programmes.deflected_questions
        or abs(total.deflected_service_cost - programmes.deflected_service_cost) > 0.0001
        or (total.retained_margin is null) != (programmes.retained_margin is null)
        or abs(total.retained_margin - programmes.retained_margin) > 0.0001
        or abs(total.naive_margin - programmes.naive_margin) > 0.0001
        or abs(total.future_value - programmes.future_value) > 0.0001
    )
