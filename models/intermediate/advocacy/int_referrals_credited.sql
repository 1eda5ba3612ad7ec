with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

referrals as (

    select * from {{ ref('int_referrals_resolved') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

parties as (

    select * from {{ ref('stg_parties__parties') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_ranged') }}

),

-- a referral counts when it came before the referred party's first order: nobody is referred by
-- themselves, and nobody who bought already is won again, which cuts a cycle of customers
eligible as (

    select
        referrals.referral_id,
        referrals.referrer_party_id,
        referrals.referred_party_id,
        referrals.referred_at,
        {{ local_date('referrals.referred_at') }} as referred_on,
        referrals.currency,
        referrals.reward_amount,
        customers.first_ordered_on,
        row_number() over (
            partition by referrals.referred_party_id
            order by referrals.referred_at, referrals.referral_id
        ) as referral_rank

    from referrals
    inner join customers on referrals.referred_party_id = customers.party_id
    left join parties on referrals.referrer_party_id = parties.party_id
    cross join parameters
    where
        referrals.referrer_party_id != referrals.referred_party_id
        and not coalesce(parties.is_test, false)
        and referrals.referred_at <= customers.first_ordered_at
        and {{ local_date('referrals.referred_at') }} <= parameters.as_of_date

),

final as (

    select
        eligible.referral_id,
        eligible.referrer_party_id,
        eligible.referred_party_id,
        eligible.referred_at,
        eligible.referred_on,
        eligible.first_ordered_on,
        eligible.currency,
        case
            when eligible.reward_amount is null then cast(1 as decimal(18, 8))
            else exchange_rates.rate_to_reporting
        end as rate_to_reporting,
        cast(
            coalesce(
                {{ multiply_exactly(
                    'eligible.reward_amount', 'exchange_rates.rate_to_reporting'
                ) }}, 0
            ) as decimal(18, 4)
        ) as reward_amount

    from eligible
    left join exchange_rates
        on
            eligible.currency = exchange_rates.currency
            and eligible.first_ordered_on >= exchange_rates.valid_from
            and eligible.first_ordered_on < exchange_rates.valid_until
    where eligible.referral_rank = 1

)

select * from final
