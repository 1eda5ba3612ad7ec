with

source as (

    select * from {{ source('raw', 'referrals') }}

),

renamed as (

    select

        -- ids
        referral_id,
        referrer_party_id,
        referred_party_id,
        order_id,

        -- text
        currency,

        -- numerics
        reward_amount,

        -- dates and timestamps
        referred_at,
        converted_at

    from source

)

select * from renamed
