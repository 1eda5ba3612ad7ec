with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

chains as (

    select * from {{ ref('int_referral_chains_resolved') }}

),

touches as (

    select * from {{ ref('int_touches_dated') }}

),

customer_months as (

    select * from {{ ref('int_customer_months_filled') }}

),

-- the programme that last touched whoever is credited, up to the day on which they referred
ranked_touches as (

    select
        chains.referral_id,
        chains.credited_party_id,
        touches.programme_id,
        row_number() over (
            partition by chains.referral_id, chains.credited_party_id
            order by touches.touched_on desc, touches.programme_id asc
        ) as touch_rank

    from chains
    cross join parameters
    inner join touches
        on
            chains.credited_party_id = touches.party_id
            and touches.touched_on <= chains.credited_referral_on
            and touches.touched_on
            > {{ add_months(
                'chains.credited_referral_on', '0 - parameters.touch_lookback_months'
            ) }}

),

margins as (

    select
        referrals.referral_id,
        referrals.reward_amount,
        {{ trunc_date('month', 'referrals.first_ordered_on') }} as first_order_month,
        cast(sum(customer_months.margin_amount) - referrals.reward_amount as decimal(18, 4))
            as referral_margin

    from referrals
    cross join parameters
    inner join customer_months
        on
            referrals.referred_party_id = customer_months.party_id
            and customer_months.months_since_first < parameters.uplift_horizon_months
    group by referrals.referral_id, referrals.first_ordered_on, referrals.reward_amount

),

-- the direct referrer has what the rounded shares of the others leave
shared as (

    select
        chains.referral_id,
        chains.credited_party_id,
        chains.step,
        chains.weight,
        margins.reward_amount,
        margins.first_order_month,
        margins.referral_margin,
        case
            when chains.step > 1
                then
                    cast(
                        {{ multiply_exactly('margins.referral_margin', 'chains.weight') }}
                        as decimal(18, 4)
                    )
            else cast(0 as decimal(18, 4))
        end as share_of_others

    from chains
    inner join margins on chains.referral_id = margins.referral_id

),

divided as (

    select
        referral_id,
        credited_party_id,
        first_order_month,
        case
            when step = 1
                then
                    cast(
                        referral_margin
                        - sum(share_of_others) over (partition by referral_id) as decimal(18, 4)
                    )
            else share_of_others
        end as referral_margin,
        cast(reward_amount * weight as decimal(18, 4)) as referral_reward,
        cast(weight as decimal(18, 4)) as referred_customers

    from shared

),

final as (

    select
        divided.referral_id,
        divided.credited_party_id,
        ranked_touches.programme_id,
        divided.first_order_month,
        divided.referral_margin,
        divided.referral_reward,
        divided.referred_customers

    from divided
    left join ranked_touches
        on
            divided.referral_id = ranked_touches.referral_id
            and divided.credited_party_id = ranked_touches.credited_party_id
            and ranked_touches.touch_rank = 1

)

select * from final
