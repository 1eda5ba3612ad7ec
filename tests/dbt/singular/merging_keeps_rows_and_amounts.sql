-- Who is merged changes to whom something counts, never how much of it there is: every input has
-- the same rows and amounts under the ids of merged parties as it was delivered with.
with

delivered as (

    select
        'orders' as input,
        count(*) as row_count,
        cast(sum(net_amount) as decimal(38, 4)) as amount
    from {{ ref('stg_sales__orders') }}
    union all
    select
        'refunds' as input,
        count(*) as row_count,
        cast(sum(amount) as decimal(38, 4)) as amount
    from {{ ref('stg_sales__refunds') }}
    union all
    select
        'subscriptions' as input,
        count(*) as row_count,
        cast(sum(monthly_amount) as decimal(38, 4)) as amount
    from {{ ref('stg_sales__subscriptions') }}
    union all
    select
        'referrals' as input,
        count(*) as row_count,
        cast(sum(reward_amount) as decimal(38, 4)) as amount
    from {{ ref('stg_advocacy__referrals') }}
    union all
    select
        'partner ledger' as input,
        count(*) as row_count,
        cast(sum(amount) as decimal(38, 4)) as amount
    from {{ ref('stg_relationship__partner_ledger') }}
    union all
    select
        'engagement events' as input,
        count(*) as row_count,
        cast(sum(event_count) as decimal(38, 4)) as amount
    from {{ ref('stg_engagement__engagement_events') }}
    union all
    select
        'conversations' as input,
        count(*) as row_count,
        cast(0 as decimal(38, 4)) as amount
    from {{ ref('stg_service__conversations') }}
    union all
    select
        'messages' as input,
        count(*) as row_count,
        cast(0 as decimal(38, 4)) as amount
    from {{ ref('stg_service__messages') }}
    union all
    select
        'survey sends' as input,
        count(*) as row_count,
        cast(0 as decimal(38, 4)) as amount
    from {{ ref('stg_feedback__survey_sends') }}
    union all
    select
        'survey responses' as input,
        count(*) as row_count,
        cast(0 as decimal(38, 4)) as amount
    from {{ ref('stg_feedback__survey_responses') }}
    union all
    select
        'erasure requests' as input,
        count(*) as row_count,
        cast(0 as decimal(38, 4)) as amount
    from {{ ref('stg_parties__erasure_requests') }}

),

resolved as (

    select
        'orders' as input,
        count(*) as row_count,
        cast(sum(net_amount) as decimal(38, 4)) as amount
    from {{ ref('int_orders_resolved') }}
    union all
    select
        'refunds' as input,
        count(*) as row_count,
        cast(sum(amount) as decimal(38, 4)) as amount
    from {{ ref('int_refunds_resolved') }}
    union all
    select
        'subscriptions' as input,
        count(*) as row_count,
        cast(sum(monthly_amount) as decimal(38, 4)) as amount
    from {{ ref('int_subscriptions_resolved') }}
    union all
    select
        'referrals' as input,
        count(*) as row_count,
        cast(sum(reward_amount) as decimal(38, 4)) as amount
    from {{ ref('int_referrals_resolved') }}
    union all
    select
        'partner ledger' as input,
        count(*) as row_count,
        cast(sum(amount) as decimal(38, 4)) as amount
    from {{ ref('int_partner_ledger_resolved') }}
    union all
    select
        'engagement events' as input,
        count(*) as row_count,
        cast(sum(event_count) as decimal(38, 4)) as amount
    from {{ ref('int_engagement_events_resolved') }}
    union all
    select
        'conversations' as input,
        count(*) as row_count,
        cast(0 as decimal(38, 4)) as amount
    from {{ ref('int_conversations_resolved') }}
    union all
    select
        'messages' as input,
        count(*) as row_count,
        cast(0 as decimal(38, 4)) as amount
    from {{ ref('int_messages_resolved') }}
    union all
    select
        'survey sends' as input,
        count(*) as row_count,
        cast(0 as decimal(38, 4)) as amount
    from {{ ref('int_survey_sends_resolved') }}
    union all
    select
        'survey responses' as input,
        count(*) as row_count,
        cast(0 as decimal(38, 4)) as amount
    from {{ ref('int_survey_responses_resolved') }}
    union all
    select
        'erasure requests' as input,
        count(*) as row_count,
        cast(0 as decimal(38, 4)) as amount
    from {{ ref('int_erasure_requests_resolved') }}

)

select
    delivered.input,
    delivered.row_count as rows_delivered,
    resolved.row_count as rows_resolved,
    delivered.amount as amount_delivered,
    resolved.amount as amount_resolved

from delivered
inner join resolved on delivered.input = resolved.input
where
    delivered.row_count != resolved.row_count
    or coalesce(delivered.amount, 0) != coalesce(resolved.amount, 0)
