{{ config(materialized="view") }}

with

entries as (

    select * from {{ ref('stg_relationship__partner_ledger') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

final as (

    select
        entries.entry_id,
        coalesce(merged_parties.resolved_party_id, entries.partner_party_id) as partner_party_id,
        entries.side,
        entries.kind,
        entries.currency,
        entries.amount,
        entries.entry_month

    from entries
    left join merged_parties on entries.partner_party_id = merged_parties.party_id

)

select * from final
