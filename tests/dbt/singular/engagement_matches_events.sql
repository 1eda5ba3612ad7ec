-- Every event up to as_of_date that is not a test party's is counted once, in its month, as
-- engagement or as the brand's own.
with

counted as (

    select
        {{ trunc_date('month', local_date('events.occurred_at')) }} as month,
        sum(events.event_count) as events

    from {{ ref('stg_engagement__engagement_events') }} as events
    cross join {{ ref('int_parameters_resolved') }} as parameters
    left join {{ ref('int_handles_resolved') }} as handles
        on events.actor_handle = handles.actor_handle
    left join {{ ref('stg_parties__parties') }} as tests
        on coalesce(events.party_id, handles.party_id) = tests.party_id
    where
        {{ local_date('events.occurred_at') }} <= parameters.as_of_date
        and not coalesce(tests.is_test, false)
    group by {{ trunc_date('month', local_date('events.occurred_at')) }}

),

published as (

    select
        month,
        events + brand_events as events

    from {{ ref('published_engagement_by_month') }}
    where
        platform = 'all'
        and programme_id = 'all'

)

select
    coalesce(counted.month, published.month) as month,
    counted.events as events_delivered,
    published.events as events_published

from counted
full outer join published on counted.month = published.month
where coalesce(counted.events, 0) != coalesce(published.events, 0)
