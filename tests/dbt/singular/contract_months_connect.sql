-- Who holds a contract at the end of a month holds it at the start of the next one, and the other
-- way round.
with

held_at_end as (

    select
        party_id,
        {{ add_months('month', 1) }} as month

    from {{ ref('int_contract_months_marked') }}
    where is_held_at_end and is_month_complete

),

held_at_start as (

    select
        party_id,
        month

    from {{ ref('int_contract_months_marked') }}
    where is_held_at_start

),

months as (

    select
        min({{ add_months('month', 1) }}) as second_month,
        max(month) as last_month

    from {{ ref('int_months_listed') }}

)

select
    coalesce(held_at_end.party_id, held_at_start.party_id) as party_id,
    coalesce(held_at_end.month, held_at_start.month) as month,
    held_at_end.party_id is not null as is_held_at_end_before,
    held_at_start.party_id is not null as is_held_at_start

from held_at_end
full outer join held_at_start
    on held_at_end.party_id = held_at_start.party_id and held_at_end.month = held_at_start.month
cross join months
where
    (held_at_end.party_id is null or held_at_start.party_id is null)
    and coalesce(held_at_end.month, held_at_start.month) >= months.second_month
    and coalesce(held_at_end.month, held_at_start.month) <= months.last_month
