-- A record that is merged into another party is no party of its own, nor a customer; what it is
-- merged into is not merged itself.
with

counted as (

    select
        'party' as place,
        party_id
    from {{ ref('int_parties_known') }}
    union all
    select
        'customer' as place,
        party_id
    from {{ ref('int_customers_cohorted') }}
    union all
    select
        'response' as place,
        party_id
    from {{ ref('int_nps_responses_scored') }}
    union all
    select
        'merged into' as place,
        resolved_party_id as party_id
    from {{ ref('int_parties_merged') }}

)

select
    counted.place,
    counted.party_id

from counted
inner join {{ ref('int_parties_merged') }} as merged_parties
    on counted.party_id = merged_parties.party_id
