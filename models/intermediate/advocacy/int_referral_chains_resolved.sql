with recursive

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

-- of each credited referral: its referrer, who brought the referrer, and so on; round a cycle the
-- walk ends where it began
walked (
    referral_id,
    referred_party_id,
    step,
    passed_referral_id,
    passed_at,
    passed_on,
    credited_party_id
) as (

    select
        referral_id,
        referred_party_id,
        cast(1 as bigint) as step,
        referral_id as passed_referral_id,
        referred_at as passed_at,
        referred_on as passed_on,
        referrer_party_id as credited_party_id

    from referrals
    union all
    select
        walked.referral_id,
        walked.referred_party_id,
        walked.step + 1 as step,
        referrals.referral_id as passed_referral_id,
        referrals.referred_at as passed_at,
        referrals.referred_on as passed_on,
        referrals.referrer_party_id as credited_party_id

    from walked
    inner join referrals on walked.credited_party_id = referrals.referred_party_id
    cross join parameters
    where
        walked.step < parameters.referral_max_steps
        and walked.credited_party_id != walked.referred_party_id

),

round_trips as (

    select referral_id

    from walked
    where credited_party_id = referred_party_id

),

-- every referral of a cycle finds the same earliest one
ranked_trips as (

    select
        walked.passed_referral_id,
        row_number() over (
            partition by walked.referral_id
            order by walked.passed_at, walked.passed_referral_id
        ) as passing_rank

    from walked
    inner join round_trips on walked.referral_id = round_trips.referral_id

),

cuts as (

    select distinct passed_referral_id

    from ranked_trips
    where passing_rank = 1

),

-- a cut referral counts for its own referrer, and no chain leads on through it
first_cuts as (

    select
        walked.referral_id,
        min(walked.step) as step

    from walked
    inner join cuts on walked.passed_referral_id = cuts.passed_referral_id
    where walked.step > 1
    group by walked.referral_id

),

kept as (

    select
        walked.referral_id,
        walked.referred_party_id,
        walked.credited_party_id,
        walked.step,
        walked.passed_on,
        count(*) over (partition by walked.referral_id) as steps

    from walked
    left join first_cuts on walked.referral_id = first_cuts.referral_id
    where
        walked.credited_party_id != walked.referred_party_id
        and walked.step < coalesce(first_cuts.step, walked.step + 1)

),

-- each step back weighs referral_decay times the one before; together they weigh 1
weighed as (

    select
        kept.*,
        case
            when kept.step > 1
                then
                    cast(
                        power(parameters.referral_decay, kept.step - 1)
                        * (1 - parameters.referral_decay)
                        / (1 - power(parameters.referral_decay, kept.steps)) as decimal(18, 8)
                    )
            else cast(0 as decimal(18, 8))
        end as weight_of_others

    from kept
    cross join parameters

),

final as (

    select
        referral_id,
        referred_party_id,
        credited_party_id,
        step,
        passed_on as credited_referral_on,
        case
            when step = 1
                then
                    cast(
                        1 - sum(weight_of_others) over (partition by referral_id) as decimal(18, 8)
                    )
            else weight_of_others
        end as weight

    from weighed

)

select * from final
