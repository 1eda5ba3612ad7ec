{{ config(materialized="view") }}

{{ resolved("stg_sales__subscriptions") }}
