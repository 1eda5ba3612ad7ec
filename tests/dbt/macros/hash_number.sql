with

-- the first 7 of the hexadecimal digits of MD5 (RFC 1321): of '' d41d8cd, of 'a' 0cc175b, of 'abc'
-- 9001509
cases as (

    select
        'empty text' as what,
        {{ hash_number("''") }} as actual,
        cast(222419149 as bigint) as expected
    union all
    select
        'leading zero' as what,
        {{ hash_number("'a'") }} as actual,
        cast(13375323 as bigint) as expected
    union all
    select
        'three letters' as what,
        {{ hash_number("'abc'") }} as actual,
        cast(151000329 as bigint) as expected
    union all
    select
        'null' as what,
        {{ hash_number('cast(null as string)') }} as actual,
        cast(null as bigint) as expected

)

select *
from cases
where actual is distinct from expected
