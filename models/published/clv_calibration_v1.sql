select
    cast(model as string) as model,
    cast(frequency_bin as string) as frequency_bin,
    cast(customers as bigint) as customers,
    cast(predicted_orders as double) as predicted_orders,
    cast(predicted_orders_low as double) as predicted_orders_low,
    cast(predicted_orders_high as double) as predicted_orders_high,
    cast(actual_orders as bigint) as actual_orders,
    cast(predicted_margin as double) as predicted_margin,
    cast(actual_margin as decimal(38, 4)) as actual_margin,
    cast(fitted_at as date) as fitted_at,
    cast(holdout_days as bigint) as holdout_days,
    cast(as_of_date as date) as as_of_date

from {{ ref('clv_calibration') }}
