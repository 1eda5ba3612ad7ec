with

cases as (

    select
        'Wednesday, weeks from Monday' as what,
        {{ trunc_week("cast('2025-01-01' as date)", 1) }} as actual,
        cast('2024-12-30' as date) as expected
    union all
    select
        'Monday itself' as what,
        {{ trunc_week("cast('2024-12-30' as date)", 1) }} as actual,
        cast('2024-12-30' as date) as expected
    union all
    select
        'Sunday, weeks from Monday' as what,
        {{ trunc_week("cast('2025-01-05' as date)", 1) }} as actual,
        cast('2024-12-30' as date) as expected
    union all
    select
        'Sunday, weeks from Sunday' as what,
        {{ trunc_week("cast('2025-01-05' as date)", 7) }} as actual,
        cast('2025-01-05' as date) as expected
    union all
    select
        'Saturday, weeks from Sunday' as what,
        {{ trunc_week("cast('2025-01-04' as date)", 7) }} as actual,
        cast('2024-12-29' as date) as expected
    union all
    select
        'no first day is Monday' as what,
        {{ trunc_week("cast('2025-01-05' as date)", "cast(null as bigint)") }} as actual,
        cast('2024-12-30' as date) as expected
    union all
    select
        'the first day counted from' as what,
        {{ trunc_week("cast('1900-01-01' as date)", 1) }} as actual,
        cast('1900-01-01' as date) as expected

)

select *
from cases
where actual is distinct from expected
