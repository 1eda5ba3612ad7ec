with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

responses as (

    select * from {{ ref('int_first_responses_bucketed') }}

),

bucket_labels as (

    select
        1 as bucket_number,
        concat('<= ', cast(response_fast_hours as {{ dbt.type_string() }}), ' h') as response_bucket

    from parameters
    union all
    select
        2 as bucket_number,
        concat('<= ', cast(response_medium_hours as {{ dbt.type_string() }}), ' h')
            as response_bucket

    from parameters
    union all
    select
        3 as bucket_number,
        concat('<= ', cast(response_slow_hours as {{ dbt.type_string() }}), ' h') as response_bucket

    from parameters
    union all
    select
        4 as bucket_number,
        'later' as response_bucket
    union all
    select
        5 as bucket_number,
        'never' as response_bucket

),

-- without any customer there are no rows
response_counts as (

    select
        bucket_number,
        count(*) as customers,
        sum(has_repurchased) as repurchasers

    from responses
    group by bucket_number

),

total as (

    select sum(customers) as customers from response_counts

),

buckets as (

    select
        bucket_labels.bucket_number,
        bucket_labels.response_bucket,
        coalesce(response_counts.customers, 0) as customers,
        coalesce(response_counts.repurchasers, 0) as repurchasers

    from bucket_labels
    inner join total on total.customers > 0
    left join response_counts on bucket_labels.bucket_number = response_counts.bucket_number

),

strata as (

    select
        channel,
        orders_class,
        recency_class,
        bucket_number,
        count(*) as customers,
        sum(has_repurchased) as repurchasers

    from responses
    group by channel, orders_class, recency_class, bucket_number

),

-- customers of a bucket beside those of the reference in the same stratum
paired as (

    select
        strata.bucket_number,
        cast(strata.customers as double) as customers,
        cast(strata.repurchasers as double) as repurchasers,
        cast(fastest.customers as double) as reference_customers,
        cast(fastest.repurchasers as double) as reference_repurchasers,
        cast(strata.customers + fastest.customers as double) as both_customers

    from strata
    inner join strata as fastest
        on
            strata.channel = fastest.channel
            and strata.orders_class = fastest.orders_class
            and strata.recency_class = fastest.recency_class
            and fastest.bucket_number = 1
    where strata.bucket_number != 1

),

-- Mantel-Haenszel risk difference with the variance of Sato, Greenland & Robins 1989
weighed as (

    select
        bucket_number,
        customers,
        reference_customers,
        customers * reference_customers / both_customers as weight,
        (repurchasers * reference_customers - reference_repurchasers * customers) / both_customers
            as weighted_difference,
        (
            customers * customers * reference_repurchasers
            - reference_customers * reference_customers * repurchasers
            + customers * reference_customers * (reference_customers - customers) / 2
        ) / (both_customers * both_customers) as difference_term,
        (
            repurchasers * (reference_customers - reference_repurchasers)
            + reference_repurchasers * (customers - repurchasers)
        ) / (2 * both_customers) as constant_term

    from paired

),

summed as (

    select
        bucket_number,
        count(*) as strata_compared,
        cast(sum(customers) as bigint) as customers_compared,
        cast(sum(reference_customers) as bigint) as reference_compared,
        {{ sum_exactly('weight') }} as weight,
        {{ sum_exactly('weighted_difference') }} as weighted_difference,
        {{ sum_exactly('difference_term') }} as difference_term,
        {{ sum_exactly('constant_term') }} as constant_term

    from weighed
    group by bucket_number

),

adjusted as (

    select
        *,
        {{ safe_divide('weighted_difference', 'weight') }} as adjusted_difference

    from summed

),

with_errors as (

    select
        *,
        sqrt(
            greatest(adjusted_difference * difference_term + constant_term, 0)
        ) / weight as standard_error

    from adjusted

),

final as (

    select
        buckets.bucket_number,
        buckets.response_bucket,
        buckets.customers,
        buckets.repurchasers,
        {{ safe_divide('buckets.repurchasers', 'buckets.customers') }} as repurchase_rate,
        {{ wilson_low('buckets.repurchasers', 'buckets.customers', 'parameters.confidence_z') }}
            as repurchase_rate_low,
        {{ wilson_high('buckets.repurchasers', 'buckets.customers', 'parameters.confidence_z') }}
            as repurchase_rate_high,
        case
            when buckets.bucket_number != 1
                then
                    {{ safe_divide('buckets.repurchasers', 'buckets.customers') }}
                    - {{ safe_divide('fastest.repurchasers', 'fastest.customers') }}
        end as naive_difference,
        with_errors.adjusted_difference,
        with_errors.adjusted_difference - parameters.confidence_z * with_errors.standard_error
            as difference_low,
        with_errors.adjusted_difference + parameters.confidence_z * with_errors.standard_error
            as difference_high,
        with_errors.customers_compared,
        with_errors.reference_compared,
        with_errors.strata_compared,
        parameters.response_landmark_days as landmark_days,
        parameters.repurchase_window_days,
        parameters.as_of_date

    from buckets
    inner join buckets as fastest on fastest.bucket_number = 1
    left join with_errors on buckets.bucket_number = with_errors.bucket_number
    cross join parameters

)

select * from final
