with

events as (

    select * from {{ ref('int_engagement_events_matched') }}
    where
        actor_id is not null
        and not is_brand

),

final as (

    select
        platform,
        actor_id,
        max(case when is_known_party then party_id end) as party_id,
        {{ trunc_date('month', 'min(occurred_on)') }} as first_month

    from events
    group by platform, actor_id

)

select * from final
