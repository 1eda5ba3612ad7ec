-- And every component of the score has a weight.
select
    sum(weight) as weights,
    count(*) as components

from {{ ref('ror_weights') }}
having
    sum(weight) != 1
    or min(weight) < 0
    or count(
        case
            when
                component in (
                    'presence',
                    'commitment',
                    'loyalty',
                    'sentiment',
                    'advocacy',
                    'responsiveness'
                )
                then 1
        end
    ) != 6
    or count(*) != 6
