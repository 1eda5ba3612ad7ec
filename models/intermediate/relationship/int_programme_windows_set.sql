with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

programmes as (

    select * from {{ ref('stg_relationship__programmes') }}

),

touches as (

    select * from {{ ref('int_touches_dated') }}

),

costs as (

    select * from {{ ref('int_costs_converted') }}

),

mentioned as (

    select
        programmes.programme_id,
        programmes.programme_name,
        programmes.programme_kind

    from programmes
    cross join parameters
    where {{ local_date('programmes.started_at') }} <= parameters.as_of_date
    union all
    select distinct
        programme_id,
        cast(null as string) as programme_name,
        cast(null as string) as programme_kind

    from touches
    union all
    select distinct
        programme_id,
        cast(null as string) as programme_name,
        cast(null as string) as programme_kind

    from costs
    where programme_id is not null
    union all
    select
        'all' as programme_id,
        'All programmes' as programme_name,
        'all' as programme_kind

),

named as (

    select
        programme_id,
        coalesce(max(programme_name), programme_id) as programme_name,
        coalesce(max(programme_kind), 'unknown') as programme_kind

    from mentioned
    group by programme_id

),

last_complete_month as (

    select max(month) as month from months
    where is_month_complete

),

final as (

    select
        named.programme_id,
        named.programme_name,
        named.programme_kind,
        {{ add_months(
            'last_complete_month.month', '2 - parameters.uplift_horizon_months - parameters.ror_window_months'
        ) }} as window_start,
        {{ add_days(
            add_months('last_complete_month.month', '2 - parameters.uplift_horizon_months'), -1
        ) }} as window_end

    from named
    cross join last_complete_month
    cross join parameters
    where last_complete_month.month is not null

)

select * from final
