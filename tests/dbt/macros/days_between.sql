with

cases as (

    select
        'same day' as what,
        {{ days_between("cast('2025-03-01' as date)", "cast('2025-03-01' as date)") }} as actual,
        0 as expected
    union all
    select
        'leap year' as what,
        {{ days_between("cast('2024-01-01' as date)", "cast('2025-01-01' as date)") }} as actual,
        366 as expected
    union all
    select
        'over a clock change' as what,
        {{ days_between("cast('2025-03-29' as date)", "cast('2025-03-31' as date)") }} as actual,
        2 as expected
    union all
    select
        'backwards' as what,
        {{ days_between("cast('2025-01-02' as date)", "cast('2025-01-01' as date)") }} as actual,
        -1 as expected

)

select *
from cases
where actual is distinct from expected
