with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

measurable_months as (

    select * from {{ ref('int_measurable_months_listed') }}

),

touches as (

    select * from {{ ref('int_touches_dated') }}

),

treatments as (

    select * from {{ ref('int_treatments_started') }}
    where programme_id != 'all'

),

cohorts as (

    select * from {{ ref('int_customers_cohorted') }}

),

referral_margins as (

    select * from {{ ref('int_referral_margins_dated') }}

),

-- as long as a referred customer's margin is counted for a programme's referral, it is in no arm
customers as (

    select
        cohorts.party_id,
        cohorts.first_ordered_on,
        referral_margins.credited_until,
        {{ hash_number('cohorts.party_id') }} as party_number

    from cohorts
    left join referral_margins on cohorts.party_id = referral_margins.party_id

),

treated as (

    select
        treatments.programme_id,
        treatments.treated_month,
        treatments.party_id,
        treatments.treated_on,
        count(*) over (
            partition by treatments.programme_id, treatments.treated_month
        ) as treated_parties,
        row_number() over (
            partition by treatments.programme_id, treatments.treated_month
            order by treatments.treated_on, treatments.party_id
        ) - 1 as position

    from treatments
    inner join measurable_months on treatments.treated_month = measurable_months.month

),

programme_months as (

    select
        programme_id,
        treated_month,
        max(treated_parties) as treated_parties

    from treated
    group by programme_id, treated_month

),

first_touches as (

    select
        party_id,
        programme_id,
        min(touched_on) as touched_on

    from touches
    group by party_id, programme_id

),

-- who was not touched up to the end of the month: looked at from a day on which somebody was
untouched as (

    select
        programme_months.programme_id,
        programme_months.treated_month,
        customers.party_id,
        customers.party_number,
        mod(
            cast(floor(customers.party_number / 100) as bigint), programme_months.treated_parties
        ) as position

    from programme_months
    inner join customers
        on
            programme_months.treated_month > customers.first_ordered_on
            and (
                customers.credited_until is null
                or programme_months.treated_month >= customers.credited_until
            )
    left join first_touches
        on
            programme_months.programme_id = first_touches.programme_id
            and customers.party_id = first_touches.party_id
    where
        first_touches.touched_on is null
        or first_touches.touched_on >= {{ add_months('programme_months.treated_month', 1) }}

),

arms as (

    select
        treated.programme_id,
        treated.treated_month,
        treated.party_id,
        true as is_treated,
        treated.treated_on as index_on

    from treated
    union all
    select
        untouched.programme_id,
        untouched.treated_month,
        untouched.party_id,
        false as is_treated,
        treated.treated_on as index_on

    from untouched
    inner join treated
        on
            untouched.programme_id = treated.programme_id
            and untouched.treated_month = treated.treated_month
            and untouched.position = treated.position

),

-- the next first touch after each month, where it comes within a horizon
next_treatments as (

    select
        treatments.programme_id,
        treatments.party_id,
        {{ add_months('treatments.treated_month', '-1 - series.n') }} as month,
        min(treatments.treated_on) as treated_on

    from treatments
    cross join parameters
    inner join {{ series(24) }} as series on series.n < parameters.uplift_horizon_months
    group by
        treatments.programme_id,
        treatments.party_id,
        {{ add_months('treatments.treated_month', '-1 - series.n') }}

),

final as (

    select
        arms.programme_id,
        arms.treated_month,
        arms.party_id,
        arms.is_treated,
        arms.index_on,
        customers.first_ordered_on,
        mod(customers.party_number, 100) as bucket,
        case when not arms.is_treated then next_treatments.treated_on end as touched_later_on

    from arms
    inner join customers
        on
            arms.party_id = customers.party_id
            and arms.treated_month > customers.first_ordered_on
            and (
                customers.credited_until is null
                or arms.treated_month >= customers.credited_until
            )
    left join next_treatments
        on
            arms.programme_id = next_treatments.programme_id
            and arms.party_id = next_treatments.party_id
            and arms.treated_month = next_treatments.month

)

select * from final
