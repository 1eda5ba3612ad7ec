{{ config(materialized="view") }}

{{ resolved("stg_parties__erasure_requests") }}
