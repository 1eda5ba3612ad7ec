{{ config(materialized="view") }}

{{ resolved("stg_feedback__survey_responses") }}
