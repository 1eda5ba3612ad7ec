{{ config(materialized="view") }}

with

erasure_requests as (

    select * from {{ ref('stg_parties__erasure_requests') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

final as (

    select
        coalesce(merged_parties.resolved_party_id, erasure_requests.party_id) as party_id,
        erasure_requests.requested_at

    from erasure_requests
    left join merged_parties on erasure_requests.party_id = merged_parties.party_id

)

select * from final
