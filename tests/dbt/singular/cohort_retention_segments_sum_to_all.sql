with

compared as (

    select
        cohort_start,
        period_number,
        sum(case when segment = 'all' then cohort_size else -cohort_size end) as cohort_size,
        sum(case when segment = 'all' then active_customers else -active_customers end)
            as active_customers,
        sum(case when segment = 'all' then net_amount else -net_amount end) as net_amount,
        sum(case when segment = 'all' then margin_amount else -margin_amount end) as margin_amount

    from {{ ref('published_cohort_retention') }}
    group by cohort_start, period_number

)

-- each column is 'all' less the sum of the segments
select *
from compared
where cohort_size != 0 or active_customers != 0 or net_amount != 0 or margin_amount != 0
