with

cases as (

    select
        'leap day' as what,
        {{ add_days("cast('2024-02-28' as date)", 1) }} as actual,
        cast('2024-02-29' as date) as expected
    union all
    select
        'across a year' as what,
        {{ add_days("cast('2024-12-31' as date)", 1) }} as actual,
        cast('2025-01-01' as date) as expected
    union all
    select
        'backwards' as what,
        {{ add_days("cast('2025-01-01' as date)", -1) }} as actual,
        cast('2024-12-31' as date) as expected
    union all
    select
        'an expression' as what,
        {{ add_days("cast('2025-01-01' as date)", '1 - 2 * 90') }} as actual,
        cast('2024-07-06' as date) as expected
    union all
    select
        'a bigint' as what,
        {{ add_days("cast('2025-01-01' as date)", 'cast(90 as bigint)') }} as actual,
        cast('2025-04-01' as date) as expected

)

select *
from cases
where actual is distinct from expected
