with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

responses as (

    select * from {{ ref('int_nps_responses_scored') }}

),

orders as (

    select * from {{ ref('int_orders_valued') }}

),

refunds as (

    select * from {{ ref('int_refunds_valued') }}

),

followed_by_next as (

    select
        *,
        case
            when party_id is not null
                then lead(score) over (
                    partition by party_id order by responded_at, response_id
                )
        end as next_score,
        case
            when party_id is not null
                then lead(responded_at) over (
                    partition by party_id order by responded_at, response_id
                )
        end as next_responded_at

    from responses

),

detractors as (

    select
        followed_by_next.*,
        parameters.as_of_date,
        parameters.follow_up_sla_hours,
        {{ add_days('followed_by_next.responded_on', 'parameters.follow_up_margin_days') }}
            as margin_until,
        {{ seconds_between('followed_by_next.responded_at', 'followed_by_next.follow_up_at') }}
            as seconds_to_follow_up,
        {{ local_date(dbt.dateadd(
            'hour', 'parameters.follow_up_sla_hours', 'followed_by_next.responded_at'
        )) }} <= parameters.as_of_date as is_sla_over

    from followed_by_next
    cross join parameters
    where followed_by_next.category = 'detractor'

),

booked_margins as (

    select
        party_id,
        ordered_on as booked_on,
        margin_amount
    from orders
    union all
    select
        party_id,
        refunded_on as booked_on,
        -margin_lost as margin_amount
    from refunds

),

margins_after as (

    select
        detractors.response_id,
        sum(booked_margins.margin_amount) as margin_amount

    from detractors
    inner join booked_margins
        on
            detractors.party_id = booked_margins.party_id
            and booked_margins.booked_on > detractors.responded_on
            and booked_margins.booked_on <= detractors.margin_until
    group by detractors.response_id

),

final as (

    select
        detractors.response_id,
        detractors.survey_id,
        detractors.wave,
        detractors.party_id,
        detractors.segment,
        detractors.responded_at,
        detractors.score,
        detractors.follow_up_at,
        detractors.follow_up_at is not null as is_closed,
        {{ safe_divide('detractors.seconds_to_follow_up', '3600') }} as hours_to_follow_up,
        -- null while there is still time
        case
            when detractors.seconds_to_follow_up <= 3600 * detractors.follow_up_sla_hours then true
            when detractors.follow_up_at is not null or detractors.is_sla_over then false
        end as followed_up_within_sla,
        detractors.next_responded_at,
        detractors.next_score,
        detractors.next_score - detractors.score as score_change,
        detractors.margin_until,
        detractors.margin_until <= detractors.as_of_date as is_complete,
        case
            when
                detractors.party_id is not null
                and detractors.margin_until <= detractors.as_of_date
                then coalesce(margins_after.margin_amount, 0)
        end as margin_180_days,
        detractors.as_of_date

    from detractors
    left join margins_after on detractors.response_id = margins_after.response_id

)

select * from final
