-- Every record of a customer that the source merged into another, and since when.
with

both_sides as (

    select
        'truth' as side,
        party_id,
        customer_party_id as resolved_party_id,
        2 as parties,
        merged_on as linked_from
    from truth.duplicates
    union all
    select 'mart' as side, party_id, resolved_party_id, parties, linked_from
    from marts.party_merges

),

differing as (

    select * exclude (side) from both_sides
    group by all
    having count(*) filter (side = 'truth') != count(*) filter (side = 'mart')

)

select
    'merged records' as quantity,
    count(*) filter (side = 'truth') as truth,
    count(*) filter (side = 'mart') as estimate,
    0 as tolerance
from both_sides
union all
select 'merged records that differ', 0, count(*), 0 from differing
