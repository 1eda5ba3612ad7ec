-- Against the standard normal distribution, in each of the three branches and both tails.
with

cases as (

    select
        cast(0.5 as double) as probability,
        cast(0 as double) as expected
    union all
    select
        cast(0.975 as double) as probability,
        cast(1.959963984540054 as double) as expected
    union all
    select
        cast(0.025 as double) as probability,
        cast(-1.959963984540054 as double) as expected
    union all
    select
        cast(0.0001 as double) as probability,
        cast(-3.719016485455709 as double) as expected
    union all
    select
        cast(1e-15 as double) as probability,
        cast(-7.941345326170997 as double) as expected

),

computed as (

    select
        probability,
        expected,
        {{ normal_quantile('probability') }} as quantile

    from cases

)

select * from computed
where abs(quantile - expected) > 1e-12
