with

conversations as (

    select * from {{ ref('int_conversations_answered') }}
    where not is_outreach

),

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

waits as (

    select
        opened_month,
        channel,
        segment,
        'calendar' as clock,
        seconds_waited as seconds,
        is_answered

    from conversations
    union all
    select
        opened_month,
        channel,
        segment,
        'business' as clock,
        business_seconds_waited as seconds,
        is_answered

    from conversations

),

counted as (

    select
        opened_month,
        case when grouping(channel) = 1 then 'all' else channel end as channel,
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        clock,
        seconds,
        count(*) as leavers,
        sum(case when is_answered then 1 else 0 end) as answers

    from waits
    group by grouping sets (
        (opened_month, clock, seconds),
        (opened_month, channel, clock, seconds),
        (opened_month, segment, clock, seconds),
        (opened_month, channel, segment, clock, seconds)
    )

),

{{ product_limit('counted', ['opened_month', 'channel', 'segment', 'clock']) }}

select * from product_limits
