{{ config(materialized="view") }}

{{ resolved("stg_relationship__partner_ledger") }}
