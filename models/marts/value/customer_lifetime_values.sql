with

lifetime_values as (

    select * from {{ ref('int_lifetime_values_computed') }}

)

select * from lifetime_values
