{{ config(materialized="view") }}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

events as (

    select * from {{ ref('stg_engagement__engagement_events') }}

),

written as (

    select
        text,
        language,
        party_id
    from events
    where trim(text) != ''

),

final as (

    select distinct
        {{ dbt.hash("written.text") }} as text_hash,
        {{ text_language("written.language") }} as language,
        written.text

    from written
    cross join parameters

)

select * from final
