with

cases as (

    select
        'a day' as what,
        {{ seconds_between(
            "cast('2025-03-01 12:00:00' as timestamp)", "cast('2025-03-02 12:00:00' as timestamp)"
        ) }} as actual,
        86400 as expected
    union all
    select
        'fractions are cut off both' as what,
        {{ seconds_between(
            "cast('2025-03-01 12:00:00.9' as timestamp)", "cast('2025-03-01 12:00:02.1' as timestamp)"
        ) }} as actual,
        2 as expected
    union all
    select
        'backwards' as what,
        {{ seconds_between(
            "cast('2025-03-01 12:00:01' as timestamp)", "cast('2025-03-01 12:00:00' as timestamp)"
        ) }} as actual,
        -1 as expected

)

select *
from cases
where actual is distinct from expected
