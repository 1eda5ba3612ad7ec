with

cases as (

    select
        'last second before the clock goes forward' as what,
        {{ utc_time("cast('2025-03-30 01:59:59' as timestamp)", "'Europe/Berlin'") }} as actual,
        cast('2025-03-30 00:59:59' as timestamp) as expected
    union all
    select
        'first second after it' as what,
        {{ utc_time("cast('2025-03-30 03:00:00' as timestamp)", "'Europe/Berlin'") }} as actual,
        cast('2025-03-30 01:00:00' as timestamp) as expected
    union all
    select
        'the day after the clock went back' as what,
        {{ utc_time("cast('2025-10-27 00:00:00' as timestamp)", "'Europe/Berlin'") }} as actual,
        cast('2025-10-26 23:00:00' as timestamp) as expected
    union all
    select
        'no zone' as what,
        {{ utc_time(
            "cast('2025-07-01 12:00:00' as timestamp)", "cast(null as " ~ dbt.type_string() ~ ")"
        ) }} as actual,
        cast('2025-07-01 12:00:00' as timestamp) as expected

)

select *
from cases
where actual is distinct from expected
