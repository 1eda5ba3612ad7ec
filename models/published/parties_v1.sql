select
    cast(party_id as string) as party_id,
    cast(party_type as string) as party_type,
    cast(segment as string) as segment,
    cast(country as string) as country,
    cast(acquisition_channel as string) as acquisition_channel,
    cast(acquisition_programme_id as string) as acquisition_programme_id,
    cast(is_customer as boolean) as is_customer,
    cast(is_delivered as boolean) as is_delivered,
    cast(is_erased as boolean) as is_erased,
    cast(merged_party_count as bigint) as merged_party_count,
    cast(created_at as timestamp) as created_at,
    cast(first_ordered_at as timestamp) as first_ordered_at,
    cast(cohort_month as date) as cohort_month,
    cast(as_of_date as date) as as_of_date

from {{ ref('parties') }}
