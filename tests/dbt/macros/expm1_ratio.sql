-- (e^value - 1) / value: 1 at 0, both branches, both signs.
with

cases as (

    select
        cast(0 as double) as argument,
        cast(1 as double) as expected
    union all
    select
        cast(1e-9 as double) as argument,
        cast(1.0000000005 as double) as expected
    union all
    select
        cast(-0.4 as double) as argument,
        cast(0.8241998849109018 as double) as expected
    union all
    select
        cast(1 as double) as argument,
        cast(1.718281828459045 as double) as expected
    union all
    select
        cast(-2 as double) as argument,
        cast(0.43233235838169365 as double) as expected

),

computed as (

    select
        argument,
        expected,
        {{ expm1_ratio('argument') }} as result

    from cases

)

select * from computed
where abs(result - expected) > 1e-15
