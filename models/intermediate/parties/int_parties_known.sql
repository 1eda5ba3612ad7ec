with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

parties as (

    select * from {{ ref('int_parties_folded') }}

),

erasure_requests as (

    select * from {{ ref('int_erasure_requests_resolved') }}

),

orders as (

    select * from {{ ref('int_orders_resolved') }}

),

refunds as (

    select * from {{ ref('int_refunds_resolved') }}

),

subscriptions as (

    select * from {{ ref('int_subscriptions_resolved') }}

),

seen as (

    select
        party_id,
        ordered_at as seen_at
    from orders
    where not coalesce(is_test, false)
    union all
    select
        refunds.party_id,
        refunds.refunded_at as seen_at
    from refunds
    left join orders on refunds.order_id = orders.order_id
    where not coalesce(orders.is_test, false)
    union all
    select
        party_id,
        valid_from as seen_at
    from subscriptions

),

first_seen as (

    select
        seen.party_id,
        min(seen.seen_at) as first_seen_at

    from seen
    cross join parameters
    where
        seen.party_id is not null
        and {{ local_date('seen.seen_at') }} <= parameters.as_of_date
    group by seen.party_id

),

known as (

    select
        coalesce(parties.party_id, first_seen.party_id) as party_id,
        coalesce(parties.party_type, 'customer') as party_type,
        case
            when {{ local_date('parties.created_at') }} <= parameters.as_of_date
                then parties.created_at
            else first_seen.first_seen_at
        end as created_at,
        parties.country,
        parties.segment,
        parties.acquisition_channel,
        parties.acquisition_programme_id,
        parties.party_id is not null as is_delivered,
        first_seen.party_id is not null as has_bought

    from parties
    full outer join first_seen on parties.party_id = first_seen.party_id
    cross join parameters
    where
        not coalesce(parties.is_test, false)
        and (
            first_seen.party_id is not null
            or {{ local_date('parties.created_at') }} <= parameters.as_of_date
        )

),

erased as (

    select distinct erasure_requests.party_id

    from erasure_requests
    cross join parameters
    where {{ local_date('erasure_requests.requested_at') }} <= parameters.as_of_date

),

final as (

    select
        known.party_id,
        known.party_type,
        known.created_at,
        case when erased.party_id is null then known.country end as country,
        case
            when erased.party_id is null then coalesce(known.segment, 'unknown') else 'unknown'
        end as segment,
        case
            when erased.party_id is null then coalesce(known.acquisition_channel, 'unknown')
            else 'unknown'
        end as acquisition_channel,
        case when erased.party_id is null then known.acquisition_programme_id end
            as acquisition_programme_id,
        known.is_delivered,
        known.has_bought,
        erased.party_id is not null as is_erased

    from known
    left join erased on known.party_id = erased.party_id

)

select * from final
