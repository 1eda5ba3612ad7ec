with

cases as (

    select
        'a code' as what,
        {{ text_language("'de'", "'en'") }} as actual,
        'de' as expected
    union all
    select
        'a code of a country' as what,
        {{ text_language("'en-GB'", "'de'") }} as actual,
        'en' as expected
    union all
    select
        'underscore, capitals and blanks' as what,
        {{ text_language("' PT_BR '", "'en'") }} as actual,
        'pt' as expected
    union all
    select
        'three letters' as what,
        {{ text_language("'fil'", "'en'") }} as actual,
        'fil' as expected
    union all
    select
        'blank' as what,
        {{ text_language("' '", "'en'") }} as actual,
        'en' as expected
    union all
    select
        'none' as what,
        {{ text_language("cast(null as string)", "'en'") }} as actual,
        'en' as expected

)

select *
from cases
where actual is distinct from expected
