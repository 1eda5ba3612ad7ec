with

months as (

    select
        party_id,
        sum(margin_amount) as margin_amount

    from {{ ref('published_customer_months') }}
    group by party_id

)

select
    coalesce(lifetimes.party_id, months.party_id) as party_id,
    lifetimes.historic_margin,
    months.margin_amount

from {{ ref('published_customer_lifetime_values') }} as lifetimes
full outer join months on lifetimes.party_id = months.party_id
where lifetimes.historic_margin is distinct from months.margin_amount
