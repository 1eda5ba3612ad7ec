select
    cast(programme_id as string) as programme_id,
    cast(arm as string) as arm,
    cast(outcome as string) as outcome,
    cast(estimate as double) as estimate,
    cast(low as double) as low,
    cast(high as double) as high,
    cast(unadjusted_estimate as double) as unadjusted_estimate,
    cast(unadjusted_low as double) as unadjusted_low,
    cast(unadjusted_high as double) as unadjusted_high,
    cast(treated_mean as double) as treated_mean,
    cast(control_mean as double) as control_mean,
    cast(cuped_slope as double) as cuped_slope,
    cast(n_treated as bigint) as n_treated,
    cast(n_control as bigint) as n_control,
    cast(complete_share as double) as complete_share,
    cast(is_large_enough as boolean) as is_large_enough,
    cast(as_of_date as date) as as_of_date

from {{ ref('treatment_effects') }}
