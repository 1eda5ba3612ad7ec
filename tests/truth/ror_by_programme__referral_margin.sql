-- Margin of the referred customers who came in the window, less the rewards, by the programme that
-- last touched the referrer; 'all' is what belongs to any programme.
with

mart as (

    select programme_id, window_start, window_end,
        cast(referral_margin as decimal(38, 4)) as referral_margin
    from marts.ror_by_programme

),

actual as (

    select mart.programme_id, coalesce(sum(credits.referral_margin), 0) as referral_margin
    from mart
    left join truth.referral_credits as credits
        on
            (credits.programme_id = mart.programme_id or mart.programme_id = 'all')
            and credits.programme_id is not null
            and credits.first_order_month between mart.window_start and mart.window_end
    group by mart.programme_id

)

select 'referral margin, ' || programme_id as quantity, actual.referral_margin as truth,
    mart.referral_margin as estimate, 0 as tolerance
from mart
inner join actual using (programme_id)
order by programme_id
