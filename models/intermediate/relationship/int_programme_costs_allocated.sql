with

costs as (

    select * from {{ ref('int_costs_spread') }}

),

touches as (

    select * from {{ ref('int_touches_dated') }}

),

windows as (

    select * from {{ ref('int_programme_windows_set') }}

),

-- a negative entry is avoided cost in the categories that can be avoided; elsewhere it is a credit
in_window as (

    select
        windows.window_month,
        costs.category,
        costs.programme_id,
        sum(case when costs.is_avoidable and costs.amount < 0 then 0 else costs.amount end)
            as amount,
        sum(case when costs.is_avoidable and costs.amount < 0 then -costs.amount else 0 end)
            as avoided_amount

    from costs
    inner join windows
        on
            windows.programme_id = 'all'
            and costs.month >= windows.window_start
            and costs.month <= windows.window_end
    group by windows.window_month, costs.category, costs.programme_id

),

touches_in_window as (

    select
        windows.window_month,
        touches.programme_id,
        sum(touches.touches) as touches

    from touches
    inner join windows
        on
            touches.programme_id = windows.programme_id
            and touches.touched_on >= windows.window_start
            and touches.touched_on <= windows.window_end
    group by windows.window_month, touches.programme_id

),

own_costs as (

    select
        window_month,
        programme_id,
        sum(greatest(amount, 0)) as amount

    from in_window
    where programme_id is not null
    group by window_month, programme_id

),

-- what names no programme is shared by touches; where nobody was touched, by what the programmes
-- cost themselves; where nothing names any, evenly
weights as (

    select
        windows.window_month,
        windows.programme_id,
        cast(case
            when sum(touches_in_window.touches) over (partition by windows.window_month) > 0
                then coalesce(touches_in_window.touches, 0)
            when sum(own_costs.amount) over (partition by windows.window_month) > 0
                then coalesce(own_costs.amount, 0)
            else 1
        end as decimal(28, 8)) as weight

    from windows
    left join touches_in_window
        on
            windows.window_month = touches_in_window.window_month
            and windows.programme_id = touches_in_window.programme_id
    left join own_costs
        on
            windows.window_month = own_costs.window_month
            and windows.programme_id = own_costs.programme_id
    where windows.programme_id != 'all'

),

shares as (

    select
        window_month,
        programme_id,
        {{ safe_divide('weight', 'sum(weight) over (partition by window_month)') }} as share

    from weights
    where weight > 0

),

attributed as (

    select
        window_month,
        programme_id,
        category,
        amount,
        avoided_amount,
        false as is_allocated

    from in_window
    where programme_id is not null

),

allocated as (

    select
        in_window.window_month,
        shares.programme_id,
        in_window.category,
        cast(in_window.amount * shares.share as decimal(28, 8)) as amount,
        cast(in_window.avoided_amount * shares.share as decimal(28, 8)) as avoided_amount,
        true as is_allocated

    from in_window
    inner join shares on in_window.window_month = shares.window_month
    where in_window.programme_id is null

),

total as (

    select
        window_month,
        'all' as programme_id,
        category,
        sum(amount) as amount,
        sum(avoided_amount) as avoided_amount,
        programme_id is null as is_allocated

    from in_window
    group by window_month, category, programme_id is null

),

final as (

    select * from attributed
    union all
    select * from allocated
    union all
    select * from total

)

select * from final
