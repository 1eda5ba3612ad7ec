with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

holidays as (

    select * from {{ ref('holidays') }}

),

conversations as (

    select * from {{ ref('stg_service__conversations') }}

),

first_day as (

    select min({{ local_date('conversations.opened_at') }}) as day

    from conversations
    cross join parameters

),

numbered as (

    select {{ add_days('parameters.as_of_date', '0 - series.n') }} as day

    from parameters
    cross join {{ series(36600) }} as series

),

-- 1900-01-01 was a Monday
days as (

    select
        numbered.day,
        cast(extract(year from numbered.day) as bigint) as year_number,
        cast(extract(month from numbered.day) as bigint) as month_number,
        cast(extract(day from numbered.day) as bigint) as day_number,
        mod({{ days_between("cast('1900-01-01' as date)", 'numbered.day') }}, 7) + 1 as weekday

    from numbered
    inner join first_day on numbered.day >= first_day.day

),

closed_days as (

    select distinct days.day

    from days
    inner join holidays
        on
            days.month_number = holidays.month
            and days.day_number = holidays.day
            and days.year_number = coalesce(holidays.year, days.year_number)

),

-- at 24:00 the day closes with the beginning of the next one
opened as (

    select
        days.day,
        closed_days.day is null
        and position(
            cast(days.weekday as {{ dbt.type_string() }}) in parameters.business_days
        ) > 0 as is_business_day,
        cast(
            concat(
                cast(days.day as {{ dbt.type_string() }}), ' ', parameters.business_opens_at, ':00'
            ) as timestamp
        ) as opens_at_local,
        case
            when parameters.business_closes_at = '24:00'
                then cast({{ add_days('days.day', 1) }} as timestamp)
            else
                cast(
                    concat(
                        cast(days.day as {{ dbt.type_string() }}),
                        ' ',
                        parameters.business_closes_at,
                        ':00'
                    ) as timestamp
                )
        end as closes_at_local,
        parameters.reporting_time_zone

    from days
    left join closed_days on days.day = closed_days.day
    cross join parameters

),

placed as (

    select
        day,
        is_business_day,
        case when is_business_day then {{ utc_time('opens_at_local', 'reporting_time_zone') }} end
            as opens_at,
        case when is_business_day then {{ utc_time('closes_at_local', 'reporting_time_zone') }} end
            as closes_at

    from opened

),

measured as (

    select
        *,
        coalesce({{ seconds_between('opens_at', 'closes_at') }}, 0) as business_seconds

    from placed

),

final as (

    select
        day,
        is_business_day,
        opens_at,
        closes_at,
        business_seconds,
        cast(
            sum(business_seconds) over (
                order by day rows between unbounded preceding and current row
            ) - business_seconds as bigint
        ) as business_seconds_before

    from measured

)

select * from final
