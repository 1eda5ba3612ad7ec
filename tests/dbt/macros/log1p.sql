-- ln(1 + value), small values too: to first orders value - value² / 2.
with

cases as (

    select
        cast(0 as double) as argument,
        cast(0 as double) as expected
    union all
    select
        cast(1e-20 as double) as argument,
        cast(1e-20 as double) as expected
    union all
    select
        cast(1e-6 as double) as argument,
        cast(9.999995000003333e-7 as double) as expected
    union all
    select
        cast(1.718281828459045 as double) as argument,
        cast(1 as double) as expected

),

computed as (

    select
        argument,
        expected,
        {{ log1p('argument') }} as result

    from cases

)

select * from computed
where abs(result - expected) > 1e-15 * expected + 1e-300
