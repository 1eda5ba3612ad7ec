-- Against Student's t distribution: the largest relative error is 1.1e-4, at 5 degrees of freedom.
with

cases as (

    select
        cast(1.959963984540054 as double) as z,
        5 as degrees,
        cast(2.5705818356363146 as double) as expected,
        cast(2e-4 as double) as tolerance
    union all
    select
        cast(1.959963984540054 as double) as z,
        9 as degrees,
        cast(2.262157162798205 as double) as expected,
        cast(1e-5 as double) as tolerance
    union all
    select
        cast(-1.6448536269514722 as double) as z,
        9 as degrees,
        cast(-1.833112932656237 as double) as expected,
        cast(1e-5 as double) as tolerance
    union all
    select
        cast(1.959963984540054 as double) as z,
        1000 as degrees,
        cast(1.9623390808264083 as double) as expected,
        cast(1e-12 as double) as tolerance

),

computed as (

    select
        expected,
        tolerance,
        {{ t_quantile('z', 'degrees') }} as quantile

    from cases

)

select * from computed
where abs(quantile / expected - 1) > tolerance
