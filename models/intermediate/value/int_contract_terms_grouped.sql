with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

subscriptions as (

    select * from {{ ref('int_subscriptions_resolved') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

versions as (

    select
        subscriptions.party_id,
        subscriptions.subscription_id,
        subscriptions.status in ('active', 'past_due', 'paused') as is_under_contract,
        cast(subscriptions.valid_from as date) as valid_from,
        cast(
            lead(subscriptions.valid_from) over (
                partition by subscriptions.subscription_id order by subscriptions.valid_from
            ) as date
        ) as next_valid_from,
        case
            when cast(subscriptions.ended_at as date) <= parameters.as_of_date
                then cast(subscriptions.ended_at as date)
        end as ended_on

    from subscriptions
    inner join parties on subscriptions.party_id = parties.party_id
    cross join parameters
    where cast(subscriptions.valid_from as date) <= parameters.as_of_date

),

contracts as (

    select
        party_id,
        subscription_id,
        valid_from,
        least(
            coalesce(next_valid_from, cast('2200-01-01' as date)),
            coalesce(ended_on, cast('2200-01-01' as date))
        ) as valid_until

    from versions
    where is_under_contract

),

reached as (

    select
        *,
        max(valid_until) over (
            partition by party_id
            order by valid_from, valid_until, subscription_id
            rows between unbounded preceding and 1 preceding
        ) as held_until

    from contracts

),

gaps as (

    select
        *,
        sum(case when valid_from > held_until then 1 else 0 end) over (
            partition by party_id
            order by valid_from, valid_until, subscription_id
            rows between unbounded preceding and current row
        ) as gaps_before

    from reached

),

-- the first unbroken time under contract of each customer; a later return is another story
first_terms as (

    select
        party_id,
        min(valid_from) as started_on,
        max(valid_until) as ended_on

    from gaps
    where gaps_before = 0
    group by party_id

),

aged as (

    select
        first_terms.party_id,
        first_terms.ended_on <= parameters.as_of_date as is_lost,
        first_terms.started_on,
        least(first_terms.ended_on, {{ add_days('parameters.as_of_date', '1') }}) as seen_until

    from first_terms
    cross join parameters

),

counted as (

    select
        is_lost,
        extract(day from seen_until) != extract(day from started_on) as has_part_month,
        {{ months_between('started_on', 'seen_until') }}
        - case when extract(day from seen_until) < extract(day from started_on) then 1 else 0 end
            as whole_months

    from aged

),

final as (

    select
        case
            when is_lost then greatest(whole_months + case when has_part_month then 1 else 0 end, 1)
            else whole_months
        end as months,
        sum(case when is_lost then 1 else 0 end) as customers_lost,
        sum(case when is_lost then 0 else 1 end) as customers_kept

    from counted
    group by
        case
            when is_lost then greatest(whole_months + case when has_part_month then 1 else 0 end, 1)
            else whole_months
        end

)

select * from final
