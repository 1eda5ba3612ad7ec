with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

histories as (

    select * from {{ ref('int_purchase_histories_counted') }}

),

customer_months as (

    select * from {{ ref('int_customer_months_filled') }}

),

scores as (

    select * from {{ ref('int_purchase_scores_listed') }}

),

fits as (

    select * from {{ ref('int_clv_parameters_chosen') }}

),

historic as (

    select
        party_id,
        sum(margin_amount) as historic_margin

    from customer_months
    group by party_id

),

chosen_scores as (

    select * from scores
    where
        basis = 'score'
        and variation = 0
        and is_default

),

gamma_gamma as (

    select * from fits
    where
        basis = 'score'
        and variation = 0
        and model = 'gamma_gamma'

),

described as (

    select
        customers.party_id,
        customers.segment,
        customers.acquisition_channel,
        customers.cohort_month,
        histories.frequency,
        histories.recency_days,
        histories.age_days,
        {{ safe_divide('histories.repeat_margin_amount', 'histories.frequency') }}
            as average_margin,
        historic.historic_margin

    from customers
    inner join histories
        on
            customers.party_id = histories.party_id
            and histories.basis = 'score'
    inner join historic on customers.party_id = historic.party_id

),

scored as (

    select
        described.*,
        chosen_scores.model,
        chosen_scores.p_alive,
        chosen_scores.expected_orders,
        chosen_scores.discounted_orders,
        chosen_scores.twice_discounted_orders,
        chosen_scores.discounted_pairs,
        chosen_scores.p_purchase,
        gamma_gamma.p,
        gamma_gamma.p * described.frequency + gamma_gamma.q as margin_shape,
        -- the spend model knows positive margins only, and has no mean where p x + q <= 1
        case
            when
                (described.frequency = 0 or described.average_margin > 0)
                and gamma_gamma.p * described.frequency + gamma_gamma.q > 1
                then
                    gamma_gamma.p
                    * (gamma_gamma.v + described.frequency * coalesce(described.average_margin, 0))
                    / (gamma_gamma.p * described.frequency + gamma_gamma.q - 1)
        end as modelled_margin

    from described
    left join chosen_scores
        on
            described.frequency = chosen_scores.frequency
            and described.recency_days = chosen_scores.recency_days
            and described.age_days = chosen_scores.age_days
    left join gamma_gamma on gamma_gamma.model = 'gamma_gamma'

),

segment_means as (

    select
        segment,
        cast(avg(cast(modelled_margin as decimal(28, 8))) as double) as average_margin

    from scored
    group by segment

),

priced as (

    select
        scored.*,
        coalesce(scored.modelled_margin, segment_means.average_margin) as expected_average_margin

    from scored
    inner join segment_means on scored.segment = segment_means.segment

),

-- second moment of the discounted margin of the horizon: its purchases, and its pairs of purchases,
-- times the mean squares of one margin and of two margins of the same customer (no variance where
-- p x + q <= 2)
valued as (

    select
        *,
        discounted_orders * expected_average_margin as residual_clv,
        case
            when modelled_margin is not null and margin_shape > 2
                then
                    (twice_discounted_orders * (p + 1) / p + discounted_pairs)
                    * modelled_margin * modelled_margin * (margin_shape - 1) / (margin_shape - 2)
        end as residual_square

    from priced

),

-- given a purchase at all, the value is taken as gamma distributed
purchasing as (

    select
        valued.*,
        valued.residual_clv / valued.p_purchase as mean_of_purchasers,
        greatest(
            valued.residual_square / valued.residual_clv
            * valued.p_purchase / valued.residual_clv - 1,
            1e-12
        ) as squared_variation,
        2 * {{ normal_tail('parameters.confidence_z') }} as miss

    from valued
    cross join parameters
    where
        valued.residual_square is not null
        and valued.residual_clv > 0
        and valued.p_purchase > 0

),

-- who may not purchase at all has 0 as lower bound, and all that is missed lies above
shared_out as (

    select
        *,
        case when p_purchase > 0.999 then 1 - miss / 2 / p_purchase else 1 - miss / p_purchase end
            as share_below_high,
        case when p_purchase > 0.999 then 1 - (1 - miss / 2) / p_purchase else 0 end
            as share_below_low

    from purchasing

),

bounded as (

    select
        *,
        greatest(share_below_high, 1e-9) as probability_high,
        greatest(share_below_low, 1e-9) as probability_low

    from shared_out

),

intervals as (

    select
        party_id,
        case
            when share_below_low <= 0 then 0
            else
                mean_of_purchasers * power(
                    greatest(
                        1 - squared_variation / 9
                        + {{ normal_quantile('probability_low') }} * sqrt(squared_variation / 9),
                        0
                    ),
                    3
                )
        end as residual_clv_low,
        case
            when share_below_high <= 0 then 0
            else
                mean_of_purchasers * power(
                    greatest(
                        1 - squared_variation / 9
                        + {{ normal_quantile('probability_high') }} * sqrt(squared_variation / 9),
                        0
                    ),
                    3
                )
        end as residual_clv_high

    from bounded

),

final as (

    select
        valued.party_id,
        valued.segment,
        valued.acquisition_channel,
        valued.cohort_month,
        valued.frequency,
        valued.recency_days,
        valued.age_days,
        valued.average_margin,
        valued.p_alive,
        valued.expected_orders,
        valued.discounted_orders,
        valued.expected_average_margin,
        valued.historic_margin,
        valued.residual_clv,
        intervals.residual_clv_low,
        intervals.residual_clv_high,
        valued.historic_margin + valued.residual_clv as total_clv,
        case
            when valued.modelled_margin is null or valued.model is null then 'fallback'
            else valued.model
        end as model,
        parameters.clv_horizon_days as horizon_days,
        parameters.clv_discount_rate as discount_rate,
        parameters.as_of_date

    from valued
    left join intervals on valued.party_id = intervals.party_id
    cross join parameters

)

select * from final
