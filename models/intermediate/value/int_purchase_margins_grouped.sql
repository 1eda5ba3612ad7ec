with

histories as (

    select * from {{ ref('int_purchase_histories_counted') }}

),

final as (

    select
        basis,
        observed_until,
        frequency,
        repeat_margin_amount,
        count(*) as customers

    from histories
    where
        frequency > 0
        and repeat_margin_amount > 0
    group by basis, observed_until, frequency, repeat_margin_amount

)

select * from final
