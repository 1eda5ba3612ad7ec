with

source as (

    select * from {{ source('computed', 'text_sentiments') }}

),

renamed as (

    select

        -- ids
        text_hash,
        language,

        -- text
        scorer,
        scorer_version,

        -- numerics
        score,

        -- booleans
        is_spoken

    from source

)

select * from renamed
