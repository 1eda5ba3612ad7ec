-- Exact for powers up to 39: the integral of x^n over (0, 1) is 1 / (n + 1).
{%- set rules = gauss_legendre() %}

with

powers as (

    select cast(0 as double) as n
    union all
    select cast(1 as double) as n
    union all
    select cast(20 as double) as n
    union all
    select cast(39 as double) as n

),

integrated as (

    select
        n,
        {% for node, weight in rules %}
            {{- "+ " if not loop.first }}{{ weight }} * power({{ node }}, n)
        {% endfor %} as integral

    from powers

)

select * from integrated
where abs(integral * (n + 1) - 1) > 1e-13
