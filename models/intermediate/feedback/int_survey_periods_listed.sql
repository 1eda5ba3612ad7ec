with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

calendar_months as (

    select
        'month' as period_type,
        months.month as period_start,
        {{ add_days('months.next_month', -1) }} as period_end,
        {{ add_months('months.month', -1) }} as previous_start,
        {{ add_days('months.month', -1) }} as previous_end

    from months

),

calendar_quarters as (

    select distinct
        'quarter' as period_type,
        {{ trunc_date('quarter', 'months.month') }} as period_start,
        {{ add_days(add_months(trunc_date('quarter', 'months.month'), 3), -1) }} as period_end,
        {{ add_months(trunc_date('quarter', 'months.month'), -3) }} as previous_start,
        {{ add_days(trunc_date('quarter', 'months.month'), -1) }} as previous_end

    from months

),

rolling_ends as (

    select {{ add_days('months.next_month', -1) }} as period_end
    from months
    where months.is_month_complete
    union distinct
    select as_of_date as period_end from parameters

),

rolling_periods as (

    select
        'rolling' as period_type,
        {{ add_days('rolling_ends.period_end', '1 - parameters.nps_rolling_days') }}
            as period_start,
        rolling_ends.period_end,
        {{ add_days('rolling_ends.period_end', '1 - 2 * parameters.nps_rolling_days') }}
            as previous_start,
        {{ add_days('rolling_ends.period_end', '0 - parameters.nps_rolling_days') }} as previous_end

    from rolling_ends
    cross join parameters

),

unioned as (

    select * from calendar_months
    union all
    select * from calendar_quarters
    union all
    select * from rolling_periods

),

final as (

    select
        unioned.period_type,
        unioned.period_start,
        unioned.period_end,
        unioned.previous_start,
        unioned.previous_end,
        unioned.period_end <= parameters.as_of_date as is_period_complete

    from unioned
    cross join parameters

)

select * from final
