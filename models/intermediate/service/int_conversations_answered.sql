with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

conversations as (

    select * from {{ ref('int_conversations_resolved') }}

),

messages as (

    select * from {{ ref('int_messages_resolved') }}

),

delivered_parties as (

    select * from {{ ref('stg_parties__parties') }}

),

known_parties as (

    select * from {{ ref('int_parties_known') }}

),

business_days as (

    select * from {{ ref('int_business_days_listed') }}

),

opened as (

    select
        conversations.conversation_id,
        conversations.party_id,
        conversations.programme_id,
        conversations.channel,
        coalesce(known_parties.segment, 'unknown') as segment,
        conversations.opened_at,
        {{ local_date('conversations.opened_at') }} as opened_on,
        parameters.as_of_date,
        parameters.reporting_time_zone,
        parameters.outreach_seconds,
        {{ utc_time('cast(' ~ add_days('parameters.as_of_date', 1) ~ ' as timestamp)') }}
            as observed_until

    from conversations
    left join delivered_parties on conversations.party_id = delivered_parties.party_id
    left join known_parties on conversations.party_id = known_parties.party_id
    cross join parameters
    where
        not coalesce(delivered_parties.is_test, false)
        and {{ local_date('conversations.opened_at') }} <= parameters.as_of_date

),

-- what the customer writes is no answer, in whatever role
spoken as (

    select
        opened.conversation_id,
        min(case when messages.author_role = 'customer' then messages.sent_at end)
            as customer_spoke_at,
        min(case when messages.author_role = 'brand' then messages.sent_at end) as brand_spoke_at,
        min(
            case
                when messages.author_role = 'brand' and messages.sent_at >= opened.opened_at
                    then messages.sent_at
            end
        ) as brand_answered_at,
        min(
            case
                when messages.author_role = 'peer' and messages.sent_at >= opened.opened_at
                    then messages.sent_at
            end
        ) as peer_answered_at

    from opened
    inner join messages on opened.conversation_id = messages.conversation_id
    where
        messages.is_public
        and messages.sent_at < opened.observed_until
        and (
            messages.author_role = 'customer'
            or coalesce(messages.author_party_id != opened.party_id, true)
        )
    group by opened.conversation_id

),

answered as (

    select
        opened.*,
        least(spoken.brand_answered_at, spoken.peer_answered_at) as first_answered_at,
        case
            when spoken.brand_answered_at is null and spoken.peer_answered_at is null then null
            when coalesce(spoken.peer_answered_at < spoken.brand_answered_at, false) then 'peer'
            when spoken.brand_answered_at is null then 'peer'
            else 'brand'
        end as answered_by,
        case
            when spoken.brand_spoke_at is null then false
            when spoken.customer_spoke_at is null
                then spoken.brand_spoke_at <= opened.opened_at
            else
                spoken.brand_spoke_at < spoken.customer_spoke_at
                and {{ seconds_between('opened.opened_at', 'spoken.brand_spoke_at') }}
                <= opened.outreach_seconds
        end as is_outreach

    from opened
    left join spoken on opened.conversation_id = spoken.conversation_id

),

ended as (

    select
        *,
        coalesce(first_answered_at, observed_until) as ended_at,
        coalesce({{ local_date('first_answered_at', 'reporting_time_zone') }}, as_of_date)
            as ended_on

    from answered

),

-- business time since the calendar began, at the opening and at the end of the wait
clocked as (

    select
        ended.*,
        not coalesce(
            ended.opened_at >= opening_days.opens_at and ended.opened_at < opening_days.closes_at,
            false
        ) as is_after_hours,
        opening_days.business_seconds_before + coalesce(
            least(
                greatest({{ seconds_between('opening_days.opens_at', 'ended.opened_at') }}, 0),
                opening_days.business_seconds
            ),
            0
        ) as business_seconds_at_opening,
        ending_days.business_seconds_before + coalesce(
            least(
                greatest({{ seconds_between('ending_days.opens_at', 'ended.ended_at') }}, 0),
                ending_days.business_seconds
            ),
            0
        ) as business_seconds_at_end

    from ended
    inner join business_days as opening_days on ended.opened_on = opening_days.day
    inner join business_days as ending_days on ended.ended_on = ending_days.day

),

final as (

    select
        conversation_id,
        party_id,
        programme_id,
        channel,
        segment,
        opened_at,
        opened_on,
        {{ trunc_date('month', 'opened_on') }} as opened_month,
        is_after_hours,
        is_outreach,
        first_answered_at,
        answered_by,
        first_answered_at is not null as is_answered,
        {{ seconds_between('opened_at', 'ended_at') }} as seconds_waited,
        cast(business_seconds_at_end - business_seconds_at_opening as bigint)
            as business_seconds_waited

    from clocked

)

select * from final
