select
    cast(party_id as string) as party_id,
    cast(segment as string) as segment,
    cast(acquisition_channel as string) as acquisition_channel,
    cast(cohort_month as date) as cohort_month,
    cast(frequency as bigint) as frequency,
    cast(recency_days as bigint) as recency_days,
    cast(age_days as bigint) as age_days,
    cast(average_margin as double) as average_margin,
    cast(p_alive as double) as p_alive,
    cast(expected_orders as double) as expected_orders,
    cast(discounted_orders as double) as discounted_orders,
    cast(expected_average_margin as double) as expected_average_margin,
    cast(historic_margin as decimal(38, 4)) as historic_margin,
    cast(residual_clv as double) as residual_clv,
    cast(residual_clv_low as double) as residual_clv_low,
    cast(residual_clv_high as double) as residual_clv_high,
    cast(total_clv as double) as total_clv,
    cast(model as string) as model,
    cast(horizon_days as bigint) as horizon_days,
    cast(discount_rate as double) as discount_rate,
    cast(as_of_date as date) as as_of_date

from {{ ref('customer_lifetime_values') }}
