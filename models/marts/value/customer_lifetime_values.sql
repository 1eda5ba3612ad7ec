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
        {{ safe_divide('histories.repeat_margin_amount', 'histories.frequency') }} as average_margin,
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

final as (

    select
        priced.party_id,
        priced.segment,
        priced.acquisition_channel,
        priced.cohort_month,
        priced.frequency,
        priced.recency_days,
        priced.age_days,
        priced.average_margin,
        priced.p_alive,
        priced.expected_orders,
        priced.discounted_orders,
        priced.expected_average_margin,
        priced.historic_margin,
        priced.discounted_orders * priced.expected_average_margin as residual_clv,
        cast(null as double) as residual_clv_low,
        cast(null as double) as residual_clv_high,
        priced.historic_margin + priced.discounted_orders * priced.expected_average_margin as total_clv,
        case when priced.modelled_margin is null then 'fallback' else coalesce(priced.model, 'fallback') end
            as model,
        parameters.clv_horizon_days as horizon_days,
        parameters.clv_discount_rate as discount_rate,
        parameters.as_of_date

    from priced
    cross join parameters

)

select * from final
