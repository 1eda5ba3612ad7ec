-- Margin after refunds of the orders coded to each programme in the window, and to any.
with

mart as (

    select programme_id, window_start, window_end,
        cast(coded_margin as decimal(38, 4)) as coded_margin
    from marts.ror_by_programme

),

actual as (

    select mart.programme_id, coalesce(sum(coded.margin_amount), 0) as coded_margin
    from mart
    left join truth.coded_margins as coded
        on
            (coded.programme_id = mart.programme_id or mart.programme_id = 'all')
            and coded.month between mart.window_start and mart.window_end
    group by mart.programme_id

)

select 'coded margin, ' || programme_id as quantity, actual.coded_margin as truth,
    mart.coded_margin as estimate, 0 as tolerance
from mart
inner join actual using (programme_id)
order by programme_id
