select
    cast(cohort_month as date) as cohort_month,
    cast(acquisition_channel as string) as acquisition_channel,
    cast(acquisition_cost as decimal(38, 8)) as acquisition_cost,
    cast(booked_cost as decimal(38, 8)) as booked_cost,
    cast(allocated_cost as decimal(38, 8)) as allocated_cost,
    cast(reward_cost as decimal(38, 8)) as reward_cost,
    cast(new_customers as bigint) as new_customers,
    cast(cac as double) as cac,
    cast(clv_amount as decimal(38, 4)) as clv_amount,
    cast(clv_per_customer as double) as clv_per_customer,
    cast(clv_basis as string) as clv_basis,
    cast(clv_to_cac as double) as clv_to_cac,
    cast(recovered_amount as decimal(38, 4)) as recovered_amount,
    cast(observed_months as bigint) as observed_months,
    cast(payback_month as bigint) as payback_month,
    cast(is_censored as boolean) as is_censored,
    cast(as_of_date as date) as as_of_date

from {{ ref('acquisition_costs') }}
