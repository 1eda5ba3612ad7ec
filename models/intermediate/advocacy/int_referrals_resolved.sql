{{ config(materialized="view") }}

{{ resolved("stg_advocacy__referrals") }}
