with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

touches as (

    select * from {{ ref('int_touches_dated') }}

),

months_touched as (

    select
        party_id,
        programme_id,
        {{ trunc_date('month', 'touched_on') }} as touch_month,
        min(touched_on) as touched_on

    from touches
    group by party_id, programme_id, {{ trunc_date('month', 'touched_on') }}
    union all
    select
        party_id,
        'all' as programme_id,
        {{ trunc_date('month', 'touched_on') }} as touch_month,
        min(touched_on) as touched_on

    from touches
    group by party_id, {{ trunc_date('month', 'touched_on') }}

),

followed as (

    select
        party_id,
        programme_id,
        touch_month,
        touched_on,
        lag(touch_month) over (
            partition by party_id, programme_id order by touch_month
        ) as previous_touch_month

    from months_touched

),

final as (

    select
        followed.party_id,
        followed.programme_id,
        followed.touch_month as treated_month,
        followed.touched_on as treated_on

    from followed
    cross join parameters
    where
        followed.previous_touch_month is null
        or {{ months_between('followed.previous_touch_month', 'followed.touch_month') }}
        >= parameters.touch_lookback_months

)

select * from final
