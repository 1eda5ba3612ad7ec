-- A day that the month does not have becomes its last day.
with

cases as (

    select
        '31 January + 1 month' as what,
        {{ add_months("cast('2025-01-31' as date)", 1) }} as actual,
        cast('2025-02-28' as date) as expected
    union all
    select
        '31 January + 1 month, leap year' as what,
        {{ add_months("cast('2024-01-31' as date)", 1) }} as actual,
        cast('2024-02-29' as date) as expected
    union all
    select
        'across years' as what,
        {{ add_months("cast('2025-11-01' as date)", 14) }} as actual,
        cast('2027-01-01' as date) as expected
    union all
    select
        'backwards' as what,
        {{ add_months("cast('2025-01-01' as date)", '0 - 1') }} as actual,
        cast('2024-12-01' as date) as expected
    union all
    select
        'by nothing' as what,
        {{ add_months("cast('2025-01-31' as date)", 0) }} as actual,
        cast('2025-01-31' as date) as expected

)

select *
from cases
where actual is distinct from expected
