-- Nothing is counted twice across programmes: the components of the programmes sum to those of 'all',
-- retained margin over the programmes of tier A and B. 1e-4 is for the rounding of shares.
with

returns as (

    select *
    from {{ ref('published_ror_by_programme') }}
    where
        party_type = 'all'
        and segment = 'all'

),

programmes as (

    select
        window_month,
        sum(referral_margin) as referral_margin,
        sum(deflected_questions) as deflected_questions,
        sum(deflected_service_cost) as deflected_service_cost,
        sum(coded_margin) as coded_margin,
        sum(case when evidence_tier in ('A', 'B') then retained_margin end) as retained_margin,
        sum(case when evidence_tier in ('A', 'B') then naive_margin end) as naive_margin,
        sum(future_value) as future_value

    from returns
    where programme_id != 'all'
    group by window_month

)

select
    total.window_month,
    total.referral_margin,
    programmes.referral_margin as referral_margin_of_programmes,
    total.coded_margin,
    programmes.coded_margin as coded_margin_of_programmes,
    total.deflected_questions,
    programmes.deflected_questions as deflected_questions_of_programmes,
    total.retained_margin,
    programmes.retained_margin as retained_margin_of_programmes

from returns as total
inner join programmes on total.window_month = programmes.window_month
where
    total.programme_id = 'all'
    and (
        abs(total.referral_margin - programmes.referral_margin) > 0.0001
        or abs(total.coded_margin - programmes.coded_margin) > 0.0001
        or total.deflected_questions != programmes.deflected_questions
        or abs(total.deflected_service_cost - programmes.deflected_service_cost) > 0.0001
        or (total.retained_margin is null) != (programmes.retained_margin is null)
        or abs(total.retained_margin - programmes.retained_margin) > 0.0001
        or abs(total.naive_margin - programmes.naive_margin) > 0.0001
        or abs(total.future_value - programmes.future_value) > 0.0001
    )
