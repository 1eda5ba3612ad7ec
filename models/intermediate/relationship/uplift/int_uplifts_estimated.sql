{% set estimators = [
    "naive", "difference_in_differences", "stratified", "adjusted", "bound", "placebo", "residual_value"
] -%}
with

replicates as (

    select
        *,
        2 * adjusted_effect - purchases_effect as bound_effect

    from {{ ref('int_uplift_replicates_estimated') }}

),

estimates as (

    select * from replicates
    where bucket = -1

),

-- who are all in one bucket cannot be estimated without it, so their estimate has no error
errors as (

    select
        replicates.window_month,
        replicates.design,
        replicates.programme_id,
        replicates.party_type,
        replicates.segment,
        {%- for estimator in estimators %}
            case
                when count(replicates.{{ estimator }}_effect) = count(*)
                    then sqrt(
                        {{ sum_exactly(
                            "power(replicates." ~ estimator ~ "_effect - estimates." ~ estimator
                            ~ "_effect, 2)"
                        ) }} * (count(*) - 1) / count(*)
                    )
            end as {{ estimator }}_error,
        {%- endfor %}
        count(*) as buckets

    from replicates
    inner join estimates
        on
            replicates.window_month = estimates.window_month
            and replicates.design = estimates.design
            and replicates.programme_id = estimates.programme_id
            and replicates.party_type = estimates.party_type
            and replicates.segment = estimates.segment
    where replicates.bucket >= 0
    group by
        replicates.window_month,
        replicates.design,
        replicates.programme_id,
        replicates.party_type,
        replicates.segment

),

final as (

    select
        estimates.window_month,
        estimates.design,
        estimates.programme_id,
        estimates.party_type,
        estimates.segment,
        cast(estimates.n_compared as bigint) as n_compared,
        cast(estimates.n_placebo as bigint) as n_placebo,
        estimates.margin_after,
        estimates.active,
        estimates.orders,
        estimates.full_price_orders,
        estimates.control_active,
        estimates.control_orders,
        estimates.control_full_price_orders,
        estimates.touched_share,
        {%- for estimator in estimators %}
            estimates.{{ estimator }}_effect as {{ estimator }},
            errors.{{ estimator }}_error,
        {%- endfor %}
        errors.buckets

    from estimates
    inner join errors
        on
            estimates.window_month = errors.window_month
            and estimates.design = errors.design
            and estimates.programme_id = errors.programme_id
            and estimates.party_type = errors.party_type
            and estimates.segment = errors.segment

)

select * from final
