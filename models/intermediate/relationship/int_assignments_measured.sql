with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

assignments as (

    select * from {{ ref('int_treatment_assignments_resolved') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

margins as (

    select * from {{ ref('int_margins_dated') }}

),

-- the first assignment counts: who is assigned again, or to another arm, stays where chance put it
ranked as (

    select
        assignments.party_id,
        assignments.programme_id,
        assignments.arm,
        {{ local_date('assignments.assigned_at') }} as assigned_on,
        row_number() over (
            partition by assignments.party_id, assignments.programme_id
            order by assignments.assigned_at, assignments.arm
        ) as assignment_rank

    from assignments
    inner join parties on assignments.party_id = parties.party_id
    cross join parameters
    where
        assignments.is_randomised
        and {{ local_date('assignments.assigned_at') }} <= parameters.as_of_date

),

bounded as (

    select
        ranked.party_id,
        ranked.programme_id,
        ranked.arm,
        ranked.assigned_on,
        {{ trunc_date('month', 'ranked.assigned_on') }} as assigned_month,
        {{ add_months('ranked.assigned_on', '0 - parameters.uplift_horizon_months') }}
            as before_from,
        {{ add_months('ranked.assigned_on', 'parameters.uplift_horizon_months') }} as after_until,
        {{ add_months('ranked.assigned_on', 'parameters.uplift_horizon_months') }}
        <= {{ add_days('parameters.as_of_date', 1) }} as is_horizon_complete

    from ranked
    cross join parameters
    where ranked.assignment_rank = 1

),

final as (

    select
        bounded.party_id,
        bounded.programme_id,
        bounded.arm,
        bounded.assigned_on,
        bounded.assigned_month,
        bounded.is_horizon_complete,
        cast(coalesce(sum(
            case when margins.booked_on < bounded.assigned_on then margins.orders end
        ), 0) as bigint) as orders_before,
        cast(coalesce(sum(
            case when margins.booked_on < bounded.assigned_on then margins.margin_amount end
        ), 0) as decimal(18, 4)) as margin_before,
        cast(coalesce(sum(
            case when margins.booked_on >= bounded.assigned_on then margins.orders end
        ), 0) as bigint) as orders_after,
        cast(coalesce(sum(
            case when margins.booked_on >= bounded.assigned_on then margins.full_price_orders end
        ), 0) as bigint) as full_price_orders_after,
        cast(coalesce(sum(
            case when margins.booked_on >= bounded.assigned_on then margins.margin_amount end
        ), 0) as decimal(18, 4)) as margin_after

    from bounded
    left join margins
        on
            bounded.party_id = margins.party_id
            and margins.booked_on >= bounded.before_from
            and margins.booked_on < bounded.after_until
    group by
        bounded.party_id,
        bounded.programme_id,
        bounded.arm,
        bounded.assigned_on,
        bounded.assigned_month,
        bounded.is_horizon_complete

)

select * from final
