with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

events as (

    select * from {{ ref('int_engagement_events_matched') }}

),

depths as (

    select * from {{ ref('engagement_depths') }}

),

party_months as (

    select * from {{ ref('int_party_months_listed') }}

),

by_month as (

    select
        events.party_id,
        {{ trunc_date('month', 'events.occurred_on') }} as month,
        sum(
            case
                when coalesce(events.is_organic, true)
                    then events.event_count * coalesce(depths.presence_weight, 1)
                else 0
            end
        ) as presence,
        sum(events.event_count * coalesce(depths.depth_weight, 0)) as commitment

    from events
    left join depths on events.event_type = depths.event_type
    where events.is_known_party
    group by events.party_id, {{ trunc_date('month', 'events.occurred_on') }}

),

first_events as (

    select {{ trunc_date('month', 'min(occurred_on)') }} as month from events

),

aged as (

    select
        party_months.party_id,
        party_months.month,
        by_month.presence,
        by_month.commitment,
        power(
            0.5,
            {{ months_between('by_month.month', 'party_months.month') }}
            / parameters.score_half_life_months
        ) as decay

    from party_months
    inner join first_events on party_months.month >= first_events.month
    left join by_month
        on
            party_months.party_id = by_month.party_id
            and party_months.month >= by_month.month
    cross join parameters

),

final as (

    select
        party_id,
        month,
        coalesce({{ sum_exactly('presence * decay') }}, 0) as presence,
        coalesce({{ sum_exactly('commitment * decay') }}, 0) as commitment

    from aged
    group by party_id, month

)

select * from final
