with

cases as (

    select
        'UTC' as what,
        {{ local_date("cast('2025-01-31 23:30:00' as timestamp)", "'UTC'") }} as actual,
        cast('2025-01-31' as date) as expected
    union all
    select
        'no zone is UTC' as what,
        {{ local_date("cast('2025-01-31 23:30:00' as timestamp)", "cast(null as string)") }}
            as actual,
        cast('2025-01-31' as date) as expected
    union all
    select
        'east of Greenwich the next day has begun' as what,
        {{ local_date("cast('2025-01-31 23:30:00' as timestamp)", "'Europe/Berlin'") }} as actual,
        cast('2025-02-01' as date) as expected
    union all
    select
        'in summer two hours ahead' as what,
        {{ local_date("cast('2025-06-30 22:00:00' as timestamp)", "'Europe/Berlin'") }} as actual,
        cast('2025-07-01' as date) as expected
    union all
    select
        'in winter one' as what,
        {{ local_date("cast('2025-01-31 22:00:00' as timestamp)", "'Europe/Berlin'") }} as actual,
        cast('2025-01-31' as date) as expected
    union all
    select
        'west of Greenwich it is still the day before' as what,
        {{ local_date("cast('2025-02-01 04:59:59' as timestamp)", "'America/New_York'") }}
            as actual,
        cast('2025-01-31' as date) as expected
    union all
    select
        'no time' as what,
        {{ local_date("cast(null as timestamp)", "'America/New_York'") }} as actual,
        cast(null as date) as expected

)

select *
from cases
where actual is distinct from expected
