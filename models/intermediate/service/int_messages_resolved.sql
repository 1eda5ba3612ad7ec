{{ config(materialized="view") }}

{{ resolved("stg_service__messages") }}
