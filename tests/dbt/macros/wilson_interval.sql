-- Closed forms of Wilson (1927) at z = 1.959964: 0/n gives [0, z² / (n + z²)], n/n its mirror
-- image, and n/2 successes give 1/2 ± z / (2 √(n + z²)). 15/50 and 81/263 are known to four
-- digits, the latter from Newcombe (1998), Statistics in Medicine 17, table I, method 3. Without
-- trials, or without successes, there is no interval.
with

cases as (

    select
        0 as successes,
        10 as trials,
        0.0 as expected_low,
        0.277532803 as expected_high,
        1e-8 as tolerance
    union all
    select
        10 as successes,
        10 as trials,
        0.722467197 as expected_low,
        1.0 as expected_high,
        1e-8 as tolerance
    union all
    select
        5 as successes,
        10 as trials,
        0.236593089 as expected_low,
        0.763406911 as expected_high,
        1e-8 as tolerance
    union all
    select
        15 as successes,
        50 as trials,
        0.1910 as expected_low,
        0.4375 as expected_high,
        5e-5 as tolerance
    union all
    select
        81 as successes,
        263 as trials,
        0.2553 as expected_low,
        0.3662 as expected_high,
        5e-5 as tolerance
    union all
    select
        0 as successes,
        0 as trials,
        null as expected_low,
        null as expected_high,
        0 as tolerance
    union all
    select
        null as successes,
        10 as trials,
        null as expected_low,
        null as expected_high,
        0 as tolerance

),

bounded as (

    select
        *,
        {{ wilson_low('successes', 'trials', '1.959964') }} as actual_low,
        {{ wilson_high('successes', 'trials', '1.959964') }} as actual_high

    from cases

)

select *
from bounded
where
    (actual_low is null) != (expected_low is null)
    or (actual_high is null) != (expected_high is null)
    or abs(actual_low - expected_low) > tolerance
    or abs(actual_high - expected_high) > tolerance
    or actual_low < 0
    or actual_high > 1
