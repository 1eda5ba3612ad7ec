select
    cast(bucket_number as bigint) as bucket_number,
    cast(response_bucket as string) as response_bucket,
    cast(customers as bigint) as customers,
    cast(repurchasers as bigint) as repurchasers,
    cast(repurchase_rate as double) as repurchase_rate,
    cast(repurchase_rate_low as double) as repurchase_rate_low,
    cast(repurchase_rate_high as double) as repurchase_rate_high,
    cast(naive_difference as double) as naive_difference,
    cast(adjusted_difference as double) as adjusted_difference,
    cast(difference_low as double) as difference_low,
    cast(difference_high as double) as difference_high,
    cast(customers_compared as bigint) as customers_compared,
    cast(reference_compared as bigint) as reference_compared,
    cast(strata_compared as bigint) as strata_compared,
    cast(landmark_days as bigint) as landmark_days,
    cast(repurchase_window_days as bigint) as repurchase_window_days,
    cast(as_of_date as date) as as_of_date

from {{ ref('response_to_retention') }}
