with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

windows as (

    select * from {{ ref('int_programme_windows_set') }}
    where programme_id != 'all'

),

treatments as (

    select * from {{ ref('int_treatments_started') }}

),

touches as (

    select * from {{ ref('int_touches_dated') }}

),

incidents as (

    select * from {{ ref('int_incidents_followed') }}

),

first_touches as (

    select
        party_id,
        programme_id,
        min(touched_on) as first_touched_on

    from touches
    group by party_id, programme_id

),

in_window as (

    select
        windows.window_month,
        windows.programme_id,
        windows.window_start,
        windows.window_end,
        incidents.party_id,
        incidents.incident_on,
        incidents.has_repurchased,
        coalesce(first_touches.first_touched_on > incidents.incident_on, true) as is_untouched

    from windows
    cross join parameters
    inner join incidents
        on
            incidents.incident_on >= windows.window_start
            and incidents.incident_on
            <= {{ add_months('windows.window_end', 'parameters.uplift_horizon_months') }}
    left join first_touches
        on
            windows.programme_id = first_touches.programme_id
            and incidents.party_id = first_touches.party_id

),

-- the treated of the window, in the horizon after their touch
treated as (

    select distinct
        in_window.window_month,
        in_window.programme_id,
        in_window.party_id,
        in_window.incident_on,
        in_window.has_repurchased

    from in_window
    cross join parameters
    inner join treatments
        on
            in_window.programme_id = treatments.programme_id
            and in_window.party_id = treatments.party_id
            and in_window.incident_on >= treatments.treated_on
            and {{ add_months('treatments.treated_on', 'parameters.uplift_horizon_months') }}
            > in_window.incident_on
    where
        treatments.treated_on >= in_window.window_start
        and treatments.treated_on <= in_window.window_end

),

counted as (

    select
        window_month,
        programme_id,
        count(*) as incidents,
        sum(case when has_repurchased then 1 else 0 end) as repurchases,
        0 as untouched_incidents,
        0 as untouched_repurchases

    from treated
    group by window_month, programme_id
    union all
    select
        window_month,
        programme_id,
        0 as incidents,
        0 as repurchases,
        count(*) as untouched_incidents,
        sum(case when has_repurchased then 1 else 0 end) as untouched_repurchases

    from in_window
    where is_untouched
    group by window_month, programme_id

),

final as (

    select
        window_month,
        programme_id,
        cast(sum(incidents) as bigint) as incidents,
        cast(sum(repurchases) as bigint) as repurchases,
        cast(sum(untouched_incidents) as bigint) as untouched_incidents,
        cast(sum(untouched_repurchases) as bigint) as untouched_repurchases

    from counted
    group by window_month, programme_id

)

select * from final
