with

histories as (

    select * from {{ ref('int_purchase_histories_counted') }}

),

final as (

    select
        basis,
        observed_until,
        frequency,
        recency_days,
        age_days,
        count(*) as customers

    from histories
    group by basis, observed_until, frequency, recency_days, age_days

)

select * from final
