with

cases as (

    select
        'month' as what,
        {{ trunc_date('month', "cast('2024-02-29' as date)") }} as actual,
        cast('2024-02-01' as date) as expected
    union all
    select
        'month of a first' as what,
        {{ trunc_date('month', "cast('2025-01-01' as date)") }} as actual,
        cast('2025-01-01' as date) as expected
    union all
    select
        'month of a time stamp' as what,
        {{ trunc_date('month', "cast('2025-12-31 23:59:59' as timestamp)") }} as actual,
        cast('2025-12-01' as date) as expected
    union all
    select
        'quarter' as what,
        {{ trunc_date('quarter', "cast('2025-06-30' as date)") }} as actual,
        cast('2025-04-01' as date) as expected
    union all
    select
        'year' as what,
        {{ trunc_date('year', "cast('2025-12-31' as date)") }} as actual,
        cast('2025-01-01' as date) as expected
    union all
    select
        'null' as what,
        {{ trunc_date('month', "cast(null as date)") }} as actual,
        cast(null as date) as expected

)

select *
from cases
where actual is distinct from expected
