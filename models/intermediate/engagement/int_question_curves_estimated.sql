with

questions as (

    select * from {{ ref('int_questions_answered') }}

),

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

counted as (

    select
        platform,
        month,
        seconds_waited as seconds,
        count(*) as leavers,
        sum(case when is_answered then 1 else 0 end) as answers

    from questions
    group by platform, month, seconds_waited

),

{{ product_limit('counted', ['platform', 'month']) }}

select * from product_limits
