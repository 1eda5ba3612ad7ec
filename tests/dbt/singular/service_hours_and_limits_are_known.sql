-- Hours of business are HH:MM, the opening before the closing; the buckets of response_to_retention
-- grow, and all of them lie before the landmark.
select
    business_days,
    business_opens_at,
    business_closes_at,
    response_fast_hours,
    response_medium_hours,
    response_slow_hours,
    response_landmark_days

from {{ ref('int_parameters_resolved') }}
where
    length(business_opens_at) != 5
    or length(business_closes_at) != 5
    or not business_opens_at between '00:00' and '23:59'
    or not business_closes_at between '00:00' and '24:00'
    or business_opens_at >= business_closes_at
    or length(translate(business_days, '1234567', '')) > 0
    or business_days is null
    or response_fast_hours >= response_medium_hours
    or response_medium_hours >= response_slow_hours
    or response_slow_hours > 24 * response_landmark_days
