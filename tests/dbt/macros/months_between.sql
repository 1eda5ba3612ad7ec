-- Calendar months: the days do not count.
with

cases as (

    select
        'same month' as what,
        {{ months_between("cast('2025-01-01' as date)", "cast('2025-01-31' as date)") }} as actual,
        0 as expected
    union all
    select
        'one day, next month' as what,
        {{ months_between("cast('2025-01-31' as date)", "cast('2025-02-01' as date)") }} as actual,
        1 as expected
    union all
    select
        'across years' as what,
        {{ months_between("cast('2023-11-01' as date)", "cast('2025-02-01' as date)") }} as actual,
        15 as expected
    union all
    select
        'backwards' as what,
        {{ months_between("cast('2025-02-01' as date)", "cast('2024-12-01' as date)") }} as actual,
        -2 as expected

)

select *
from cases
where actual is distinct from expected
