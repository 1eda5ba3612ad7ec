-- Margin of the referred customers who came in the window, less the rewards, shared along the chains
-- of referrals, by the programme that last touched whoever is credited; 'all' is what belongs to any
-- programme.
with

programmes as (

    select programme_id from truth.programmes
    union all
    select 'all' as programme_id

),

mart as (

    select programme_id, window_start, window_end, cast(referral_margin as decimal(38, 4)) as referral_margin
    from marts.ror_by_programme
    where is_latest and party_type = 'all' and segment = 'all'

),

windows as (

    select min(window_start) as first_on, max(window_end) as last_on from mart

),

actual as (

    select programmes.programme_id, coalesce(sum(credits.referral_margin), 0) as referral_margin
    from programmes
    cross join windows
    left join truth.referral_credits as credits
        on
            (programmes.programme_id = credits.programme_id or programmes.programme_id = 'all')
            and credits.programme_id is not null
            and credits.first_order_month between windows.first_on and windows.last_on
    group by programmes.programme_id

)

select
    'referral margin, ' || programme_id as quantity,
    actual.referral_margin as truth,
    mart.referral_margin as estimate,
    0 as tolerance
from actual
left join mart using (programme_id)
order by programme_id
