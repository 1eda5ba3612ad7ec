-- Known values of P(Z > z). Hart's approximation is good to about 1e-15 absolutely, which is
-- relatively 1e-12 up to z = 3, 1e-10 up to z = 5 and 1e-8 beyond: enough for any p-value that is
-- read. From z = 37 on the tail is 0.
with

cases as (

    select
        cast(0 as double) as z_value,
        cast(0.5 as double) as expected,
        cast(1e-12 as double) as tolerance
    union all
    select
        1 as z_value,
        0.15865525393145707 as expected,
        1e-12 as tolerance
    union all
    select
        1.959963984540054 as z_value,
        0.025 as expected,
        1e-12 as tolerance
    union all
    select
        3 as z_value,
        0.0013498980316300933 as expected,
        1e-12 as tolerance
    union all
    select
        5 as z_value,
        2.866515718791933e-07 as expected,
        1e-10 as tolerance
    union all
    select
        7.05 as z_value,
        8.94588955876991e-13 as expected,
        1e-8 as tolerance
    union all
    select
        7.1 as z_value,
        6.237844463331586e-13 as expected,
        1e-8 as tolerance
    union all
    select
        8 as z_value,
        6.22096057427174e-16 as expected,
        1e-8 as tolerance
    union all
    select
        20 as z_value,
        2.7536241186061556e-89 as expected,
        1e-8 as tolerance
    union all
    select
        40 as z_value,
        0 as expected,
        0 as tolerance

),

computed as (

    select
        *,
        {{ normal_tail('z_value') }} as actual

    from cases

)

select *
from computed
where actual is null or abs(actual - expected) > tolerance * expected
