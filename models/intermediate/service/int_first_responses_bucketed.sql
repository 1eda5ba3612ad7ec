with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

conversations as (

    select * from {{ ref('int_conversations_answered') }}

),

orders as (

    select * from {{ ref('int_orders_valued') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

first_orders as (

    select
        orders.party_id,
        min(orders.ordered_at) as first_ordered_at

    from orders
    inner join parties on orders.party_id = parties.party_id
    group by orders.party_id

),

numbered as (

    select
        conversations.*,
        row_number() over (
            partition by conversations.party_id
            order by conversations.opened_at, conversations.conversation_id
        ) as conversation_number

    from conversations
    inner join first_orders
        on
            conversations.party_id = first_orders.party_id
            and conversations.opened_at > first_orders.first_ordered_at
    where not conversations.is_outreach

),

-- the whole follow-up lies before the end of as_of_date
followed as (

    select
        numbered.conversation_id,
        numbered.party_id,
        numbered.channel,
        numbered.opened_at,
        case
            when not numbered.is_answered then 5
            when numbered.seconds_waited > 86400 * parameters.response_landmark_days then 5
            when numbered.seconds_waited <= 3600 * parameters.response_fast_hours then 1
            when numbered.seconds_waited <= 3600 * parameters.response_medium_hours then 2
            when numbered.seconds_waited <= 3600 * parameters.response_slow_hours then 3
            else 4
        end as bucket_number,
        86400 * parameters.response_landmark_days as landmark_seconds,
        86400 * (parameters.response_landmark_days + parameters.repurchase_window_days)
            as window_end_seconds

    from numbered
    cross join parameters
    where
        numbered.conversation_number = 1
        and {{ seconds_between(
            'numbered.opened_at',
            utc_time('cast(' ~ add_days('parameters.as_of_date', 1) ~ ' as timestamp)')
        ) }} >= 86400 * (parameters.response_landmark_days + parameters.repurchase_window_days)

),

timed as (

    select
        followed.*,
        orders.ordered_at < followed.opened_at as is_before,
        {{ seconds_between('followed.opened_at', 'orders.ordered_at') }} as seconds_after_opening

    from followed
    inner join orders on followed.party_id = orders.party_id

),

ordered as (

    select
        conversation_id,
        sum(case when is_before then 1 else 0 end) as orders_before,
        min(case when is_before then -seconds_after_opening end) as seconds_since_order,
        max(
            case
                when
                    seconds_after_opening >= landmark_seconds
                    and seconds_after_opening < window_end_seconds
                    then 1
                else 0
            end
        ) as has_repurchased

    from timed
    group by conversation_id

),

-- classes that double in width; 1e-9 keeps the powers of two above the rounding of logarithms
final as (

    select
        followed.conversation_id,
        followed.party_id,
        followed.channel,
        followed.opened_at,
        followed.bucket_number,
        cast(floor(ln(ordered.orders_before) / ln(2) + 1e-9) as bigint) as orders_class,
        cast(floor(ln(1 + ordered.seconds_since_order / 604800.0) / ln(2) + 1e-9) as bigint)
            as recency_class,
        ordered.has_repurchased

    from followed
    inner join ordered on followed.conversation_id = ordered.conversation_id

)

select * from final
