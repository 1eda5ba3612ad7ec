with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

touches as (

    select * from {{ ref('int_touches_dated') }}

),

customer_months as (

    select * from {{ ref('int_customer_months_filled') }}

),

ranked_touches as (

    select
        referrals.referral_id,
        touches.programme_id,
        row_number() over (
            partition by referrals.referral_id
            order by touches.touched_on desc, touches.programme_id asc
        ) as touch_rank

    from referrals
    cross join parameters
    inner join touches
        on
            referrals.referrer_party_id = touches.party_id
            and touches.touched_on <= referrals.referred_on
            and touches.touched_on
            > {{ add_months('referrals.referred_on', '0 - parameters.touch_lookback_months') }}

),

margins as (

    select
        referrals.referral_id,
        sum(customer_months.margin_amount) as margin_amount

    from referrals
    cross join parameters
    inner join customer_months
        on
            referrals.referred_party_id = customer_months.party_id
            and customer_months.months_since_first < parameters.uplift_horizon_months
    group by referrals.referral_id

),

final as (

    select
        referrals.referral_id,
        ranked_touches.programme_id,
        {{ trunc_date('month', 'referrals.first_ordered_on') }} as first_order_month,
        cast(margins.margin_amount - referrals.reward_amount as decimal(18, 4)) as referral_margin

    from referrals
    inner join margins on referrals.referral_id = margins.referral_id
    left join ranked_touches
        on referrals.referral_id = ranked_touches.referral_id and ranked_touches.touch_rank = 1

)

select * from final
