with

source as (

    select * from {{ source('raw', 'survey_responses') }}

),

renamed as (

    select

        -- ids
        response_id,
        survey_id,
        send_id,
        party_id,

        -- text
        question_type,
        comment,
        language,

        -- numerics
        score,
        weight,

        -- booleans
        is_test,

        -- dates and timestamps
        responded_at,
        follow_up_at

    from source

)

select * from renamed
