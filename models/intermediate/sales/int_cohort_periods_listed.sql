with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

first_cohort as (

    select min(cohort_start) as cohort_start from customers

),

stepped as (

    select
        case parameters.cohort_grain
            when 'week'
                then {{ add_days(trunc_week('parameters.as_of_date'), '0 - 7 * series.n') }}
            when 'quarter'
                then
                    {{ add_months(
                        trunc_date('quarter', 'parameters.as_of_date'), '0 - 3 * series.n'
                    ) }}
            else {{ add_months(trunc_date('month', 'parameters.as_of_date'), '0 - series.n') }}
        end as period_start,
        parameters.cohort_grain,
        parameters.as_of_date

    from parameters
    cross join {{ series(5300) }} as series

),

followed as (

    select
        stepped.period_start,
        case stepped.cohort_grain
            when 'week' then {{ add_days('stepped.period_start', 7) }}
            when 'quarter' then {{ add_months('stepped.period_start', 3) }}
            else {{ add_months('stepped.period_start', 1) }}
        end as next_period_start,
        stepped.as_of_date

    from stepped
    inner join first_cohort on stepped.period_start >= first_cohort.cohort_start

),

final as (

    select
        period_start,
        next_period_start,
        row_number() over (order by period_start) as period_index,
        next_period_start <= {{ add_days('as_of_date', 1) }} as is_period_complete

    from followed

)

select * from final
