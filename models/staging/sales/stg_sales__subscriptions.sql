with

source as (

    select * from {{ source('raw', 'subscriptions') }}

),

renamed as (

    select

        -- ids
        subscription_id,
        party_id,
        plan_id,

        -- text
        status,
        currency,

        -- numerics
        quantity,
        monthly_amount,

        -- dates and timestamps
        valid_from,
        started_at,
        ended_at,
        cancel_requested_at

    from source

)

select * from renamed
