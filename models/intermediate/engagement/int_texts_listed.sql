{{ config(materialized="view") }}

with

texts as (

    select * from {{ ref('int_texts_gathered') }}

),

final as (

    select distinct
        text_hash,
        language,
        text

    from texts

)

select * from final
