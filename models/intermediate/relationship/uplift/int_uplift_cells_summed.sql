with

candidates as (

    select * from {{ ref('int_uplift_candidates_classed') }}

),

final as (

    select
        design,
        programme_id,
        treated_month,
        is_treated,
        bucket,
        party_type,
        segment,
        acquisition_channel,
        tenure_class,
        orders_stratum,
        signs_stratum,
        count_stratum,
        count_signs_stratum,
        coarse_stratum,
        full_stratum,
        purchase_stratum,
        has_before,
        has_placebo,
        count(*) as parties,
        sum(case when orders_after > 0 then 1 else 0 end) as active,
        sum(orders_after) as orders,
        sum(full_price_orders_after) as full_price_orders,
        sum(residual_clv) as residual_clv,
        count(residual_clv) as valued,
        sum(orders_before) as orders_before,
        sum(margin_after) as margin_after,
        sum(margin_before) as margin_before,
        sum(margin_long_before) as margin_long_before,
        sum(margin_touched) as margin_touched,
        sum({{ multiply_exactly('margin_before', 'margin_before') }}) as square_before,
        -- where the lot decided: nothing else needs it
        sum(case
            when design = 'randomised' then {{ multiply_exactly('margin_after', 'margin_after') }}
        end) as square_after,
        sum({{ multiply_exactly('margin_before', 'margin_after') }}) as product_after,
        sum({{ multiply_exactly('margin_before', 'margin_long_before') }}) as product_long_before,
        sum(orders_before * orders_before) as orders_square,
        sum(orders_before * margin_before) as orders_product_before,
        sum(orders_before * margin_after) as orders_product_after,
        sum(orders_before * margin_long_before) as orders_product_long_before,
        sum(tenure_days) as tenure_days,
        sum(tenure_days * tenure_days) as tenure_days_square,
        sum(days_since_order) as days_since_order,
        sum(days_since_order * days_since_order) as days_since_order_square,
        sum(days_since_sign) as days_since_sign,
        sum(days_since_sign * days_since_sign) as days_since_sign_square,
        sum(engagement_rate) as engagement_rate,
        sum({{ multiply_exactly('engagement_rate', 'engagement_rate', 6) }})
            as engagement_rate_square,
        sum(sentiment_before) as sentiment_before,
        sum(sentiment_before * sentiment_before) as sentiment_before_square,
        sum(programmes_before) as programmes_before,
        sum(programmes_before * programmes_before) as programmes_before_square

    from candidates
    group by
        design,
        programme_id,
        treated_month,
        is_treated,
        bucket,
        party_type,
        segment,
        acquisition_channel,
        tenure_class,
        orders_stratum,
        signs_stratum,
        count_stratum,
        count_signs_stratum,
        coarse_stratum,
        full_stratum,
        purchase_stratum,
        has_before,
        has_placebo

)

select * from final
