with

actual as (

    select
        count(*) as numbers,
        count(distinct n) as different_numbers,
        min(n) as lowest,
        max(n) as highest

    from {{ series(120) }} as series

)

select *
from actual
where numbers != 120 or different_numbers != 120 or lowest != 0 or highest != 119
