with

cases as (

    select
        'whole numbers are not truncated' as what,
        {{ safe_divide('1', '4') }} as actual,
        cast(0.25 as double) as expected
    union all
    select
        'zero denominator' as what,
        {{ safe_divide('1', '0') }} as actual,
        cast(null as double) as expected
    union all
    select
        'zero by zero' as what,
        {{ safe_divide('0', '0') }} as actual,
        cast(null as double) as expected
    union all
    select
        'null denominator' as what,
        {{ safe_divide('1', 'cast(null as bigint)') }} as actual,
        cast(null as double) as expected
    union all
    select
        'null numerator' as what,
        {{ safe_divide('cast(null as bigint)', '2') }} as actual,
        cast(null as double) as expected
    union all
    select
        'zero numerator' as what,
        {{ safe_divide('0', '2') }} as actual,
        cast(0 as double) as expected
    union all
    select
        'expressions' as what,
        {{ safe_divide('1 + 2', '2 + 2') }} as actual,
        cast(0.75 as double) as expected
    union all
    select
        'decimals' as what,
        {{ safe_divide('cast(-1.5 as decimal(18, 4))', '3') }} as actual,
        cast(-0.5 as double) as expected

)

select *
from cases
where actual is distinct from expected
