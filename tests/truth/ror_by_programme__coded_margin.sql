-- Margin after refunds of the orders coded to each programme in the window, and to any.
with

programmes as (

    select programme_id from truth.programmes
    union all
    select 'all' as programme_id

),

mart as (

    select programme_id, window_start, window_end, cast(coded_margin as decimal(38, 4)) as coded_margin
    from marts.ror_by_programme
    where is_latest and party_type = 'all' and segment = 'all'

),

windows as (

    select min(window_start) as first_on, max(window_end) as last_on from mart

),

actual as (

    select programmes.programme_id, coalesce(sum(coded.margin_amount), 0) as coded_margin
    from programmes
    cross join windows
    left join truth.coded_margins as coded
        on
            (programmes.programme_id = coded.programme_id or programmes.programme_id = 'all')
            and coded.programme_id is not null
            and coded.month between windows.first_on and windows.last_on
    group by programmes.programme_id

)

select
    'coded margin, ' || programme_id as quantity,
    actual.coded_margin as truth,
    mart.coded_margin as estimate,
    0 as tolerance
from actual
left join mart using (programme_id)
order by programme_id
