with

source as (

    select * from {{ source('raw', 'content_metrics_daily') }}

),

renamed as (

    select

        -- ids
        content_id,

        -- text
        platform,

        -- numerics
        impressions,
        organic_impressions,
        engagements,
        shares,

        -- booleans
        is_cumulative,

        -- dates and timestamps
        metric_date

    from source

)

select * from renamed
