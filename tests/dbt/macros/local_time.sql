with

cases as (

    select
        'last second before the clock goes forward' as what,
        {{ local_time("cast('2025-03-30 00:59:59' as timestamp)", "'Europe/Berlin'") }} as actual,
        cast('2025-03-30 01:59:59' as timestamp) as expected
    union all
    select
        'first second after it' as what,
        {{ local_time("cast('2025-03-30 01:00:00' as timestamp)", "'Europe/Berlin'") }} as actual,
        cast('2025-03-30 03:00:00' as timestamp) as expected
    union all
    select
        'a zone of half an hour' as what,
        {{ local_time("cast('2025-01-01 00:00:00' as timestamp)", "'Asia/Kolkata'") }} as actual,
        cast('2025-01-01 05:30:00' as timestamp) as expected

)

select *
from cases
where actual is distinct from expected
