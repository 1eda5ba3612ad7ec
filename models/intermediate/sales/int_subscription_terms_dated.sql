with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

subscriptions as (

    select * from {{ ref('int_subscriptions_resolved') }}

),

followed as (

    select
        subscriptions.subscription_id,
        subscriptions.party_id,
        subscriptions.currency,
        subscriptions.status,
        subscriptions.monthly_amount,
        subscriptions.valid_from as changed_at,
        {{ local_time('subscriptions.valid_from') }} as valid_from,
        coalesce(
            lead({{ local_time('subscriptions.valid_from') }}) over (
                partition by subscriptions.subscription_id order by subscriptions.valid_from
            ),
            cast('2200-01-01' as timestamp)
        ) as next_valid_from,
        case
            when {{ local_date('subscriptions.ended_at') }} <= parameters.as_of_date
                then {{ local_time('subscriptions.ended_at') }}
            else cast('2200-01-01' as timestamp)
        end as ended_at

    from subscriptions
    cross join parameters
    where {{ local_date('subscriptions.valid_from') }} <= parameters.as_of_date

),

final as (

    select
        subscription_id,
        party_id,
        currency,
        status,
        status in ('active', 'past_due', 'paused') as is_under_contract,
        case
            when status in ('active', 'past_due') then monthly_amount else 0
        end as recurring_amount,
        changed_at,
        valid_from,
        least(next_valid_from, ended_at) as valid_until

    from followed

)

select * from final
