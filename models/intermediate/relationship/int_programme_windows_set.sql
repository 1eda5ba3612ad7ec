with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

measurable_months as (

    select * from {{ ref('int_measurable_months_listed') }}

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

assignments as (

    select * from {{ ref('int_treatment_assignments_resolved') }}

),

answers as (

    select * from {{ ref('int_questions_deflected') }}

),

orders as (

    select * from {{ ref('int_orders_valued') }}

),

-- whatever counts for 'all' counts for a programme too, if only a code or an answer names it
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
    select distinct
        programme_id,
        cast(null as string) as programme_name,
        cast(null as string) as programme_kind

    from answers
    where programme_id is not null
    union all
    select distinct
        programme_id,
        cast(null as string) as programme_name,
        cast(null as string) as programme_kind

    from orders
    where programme_id is not null
    union all
    select distinct
        assignments.programme_id,
        cast(null as string) as programme_name,
        cast(null as string) as programme_kind

    from assignments
    cross join parameters
    where {{ local_date('assignments.assigned_at') }} <= parameters.as_of_date
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

first_measurable_month as (

    select min(month) as month from measurable_months

),

last_complete_month as (

    select max(month) as month from months
    where is_month_complete

),

report_months as (

    select
        months.month as window_month,
        {{ add_months(
            'months.month', '1 - parameters.uplift_horizon_months - parameters.ror_window_months'
        ) }} as window_start,
        {{ add_days(
            add_months('months.month', '1 - parameters.uplift_horizon_months'), -1
        ) }} as window_end,
        months.month = last_complete_month.month as is_latest

    from months
    cross join parameters
    cross join last_complete_month
    where months.month <= last_complete_month.month

),

-- a window is shown at the end of the horizon of its last touches; the last one always, and from
-- where touches can be measured on, so that no cost is held against nothing; those before it whole
measured as (

    select
        report_months.window_month,
        case
            when
                first_measurable_month.month > report_months.window_start
                and first_measurable_month.month <= report_months.window_end
                then first_measurable_month.month
            else report_months.window_start
        end as window_start,
        report_months.window_end,
        report_months.is_latest

    from report_months
    cross join first_measurable_month
    where
        report_months.is_latest
        or first_measurable_month.month <= report_months.window_start

),

final as (

    select
        measured.window_month,
        named.programme_id,
        named.programme_name,
        named.programme_kind,
        measured.window_start,
        measured.window_end,
        measured.is_latest

    from named
    cross join measured

)

select * from final
