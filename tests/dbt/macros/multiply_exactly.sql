-- Every digit of a product, and the numbers that fit 18 digits though their product does not.
with

cases as (

    select
        cast(10000000000 as decimal(18, 4)) as value,
        cast(1450.12345678 as decimal(18, 8)) as factor,
        cast(14501234567800 as decimal(38, 12)) as expected
    union all
    select
        cast(-99999999999999.9999 as decimal(18, 4)) as value,
        cast(9999999999.99999999 as decimal(18, 8)) as factor,
        cast(-999999999999999998000000.000000000001 as decimal(38, 12)) as expected
    union all
    select
        cast(0.0001 as decimal(18, 4)) as value,
        cast(0.00000001 as decimal(18, 8)) as factor,
        cast(0.000000000001 as decimal(38, 12)) as expected
    union all
    select
        cast(null as decimal(18, 4)) as value,
        cast(1 as decimal(18, 8)) as factor,
        cast(null as decimal(38, 12)) as expected

),

multiplied as (

    select
        expected,
        {{ multiply_exactly('value', 'factor') }} as actual

    from cases
    union all
    select
        cast(123456789.012345 as decimal(18, 6)) * 2 as expected,
        {{ multiply_exactly('cast(123456789.012345 as decimal(18, 6))', '2', 6) }} as actual

)

select * from multiplied
where actual is distinct from expected
