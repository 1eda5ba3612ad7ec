select
    cast(community as string) as community,
    cast(month as date) as month,
    cast(members as bigint) as members,
    cast(active_members as bigint) as active_members,
    cast(active_share as double) as active_share,
    cast(levelled_members as bigint) as levelled_members,
    cast(level_weight_squares as bigint) as level_weight_squares,
    cast(level_weight_square_mean as double) as level_weight_square_mean,
    cast(gravity as double) as gravity,
    cast(questions as bigint) as questions,
    cast(answered_questions as bigint) as answered_questions,
    cast(answered_share as double) as answered_share,
    cast(median_answer_minutes as double) as median_answer_minutes,
    cast(median_answer_minutes_low as double) as median_answer_minutes_low,
    cast(median_answer_minutes_high as double) as median_answer_minutes_high,
    cast(advocates as bigint) as advocates,
    cast(deflected_questions as bigint) as deflected_questions,
    cast(deflected_service_cost as decimal(38, 4)) as deflected_service_cost,
    cast(is_month_complete as boolean) as is_month_complete,
    cast(as_of_date as date) as as_of_date

from {{ ref('community_scorecards') }}
