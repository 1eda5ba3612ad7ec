-- Small values and large ones, as they are and beside each other.
with

cases as (

    select
        'small' as what,
        cast(1e-20 as double) as value,
        cast(3e-20 as double) as expected
    union all
    select
        'small' as what,
        cast(2e-20 as double) as value,
        cast(3e-20 as double) as expected
    union all
    select
        'fractions' as what,
        cast(0.1 as double) as value,
        cast(0.3 as double) as expected
    union all
    select
        'fractions' as what,
        cast(0.2 as double) as value,
        cast(0.3 as double) as expected
    union all
    select
        'beside a large one' as what,
        cast(0.25 as double) as value,
        cast(0.5 as double) as expected
    union all
    select
        'beside a large one' as what,
        cast(1e27 as double) as value,
        cast(0.5 as double) as expected
    union all
    select
        'beside a large one' as what,
        cast(0.25 as double) as value,
        cast(0.5 as double) as expected
    union all
    select
        'beside a large one' as what,
        cast(-1e27 as double) as value,
        cast(0.5 as double) as expected
    union all
    select
        'squares of margins' as what,
        cast(1234567890.5 as double) * 1234567890.5 as value,
        cast(1524157876254119936 as double) as expected
    union all
    select
        'squares of margins' as what,
        cast(500000 as double) as value,
        cast(1524157876254119936 as double) as expected
    union all
    select
        'nothing' as what,
        cast(null as double) as value,
        cast(null as double) as expected

),

summed as (

    select
        what,
        {{ sum_exactly('value') }} as actual,
        max(expected) as expected

    from cases
    group by what

)

select *
from summed
where
    actual is distinct from expected
    and coalesce(abs(actual - expected) > 1e-15 * abs(expected), true)
