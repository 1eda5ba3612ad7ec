with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

metrics as (

    select * from {{ ref('int_scorecard_metrics_resolved') }}

),

promoter_scores as (

    select * from {{ ref('nps_by_period') }}

),

churn as (

    select * from {{ ref('churn_by_month') }}

),

recurring_revenue as (

    select * from {{ ref('recurring_revenue_retention') }}

),

lifetime_values as (

    select * from {{ ref('customer_lifetime_values') }}

),

acquisitions as (

    select * from {{ ref('acquisition_costs') }}

),

referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

response_times as (

    select * from {{ ref('response_times') }}

),

engagement as (

    select * from {{ ref('engagement_by_month') }}

),

scores as (

    select * from {{ ref('relationship_scores') }}

),

returns as (

    select * from {{ ref('ror_summary') }}
    where
        party_type = 'all'
        and segment = 'all'

),

surveys_ranked as (

    select
        survey_id,
        row_number() over (order by coalesce(sum(responded), 0) desc, survey_id) as size_rank

    from promoter_scores
    where segment = 'all' and period_type = 'month'
    group by survey_id

),

survey_months as (

    select
        promoter_scores.*,
        {{ trunc_date('month', 'promoter_scores.period_end') }} as month,
        parameters.min_segment_size

    from promoter_scores
    inner join surveys_ranked on promoter_scores.survey_id = surveys_ranked.survey_id
    cross join parameters
    where
        promoter_scores.segment = 'all'
        and promoter_scores.period_type = 'rolling'
        and (
            parameters.scorecard_survey = promoter_scores.survey_id
            or (parameters.scorecard_survey = 'largest' and surveys_ranked.size_rank = 1)
        )

),

nps as (

    select
        'nps' as metric,
        month,
        period_start as window_start,
        weighted_nps as value,
        weighted_nps_low as low,
        weighted_nps_high as high,
        responded as n,
        promoters - detractors as numerator,
        responded as denominator,
        case
            when is_suppressed
                then {{ dbt.concat(["'fewer than '", "min_segment_size", "' responses'"]) }}
            when responded = 0 then 'no responses'
            else {{ dbt.concat(["'survey '", "survey_id"]) }}
        end as note

    from survey_months

),

-- with one stratum nothing is weighted, and the score is the one above
nps_post_stratified as (

    select
        'nps_post_stratified' as metric,
        month,
        period_start as window_start,
        post_stratified_nps as value,
        post_stratified_nps_low as low,
        post_stratified_nps_high as high,
        post_stratified_responses as n,
        null as numerator,
        null as denominator,
        {{ dbt.concat([
            "'survey '", "survey_id", "', for '", "population", "' '", "population_basis"
        ]) }} as note

    from survey_months
    where strata > 1

),

-- before the first lapse nobody had had the time for one
churn_months as (

    select
        *,
        max(case when churned_customers > 0 then 1 else 0 end) over (
            partition by basis
            order by month
            rows between unbounded preceding and current row
        ) = 1 as has_lapses

    from churn
    where segment = 'all'

),

churn_rates as (

    select
        case basis when 'contract' then 'contract_churn_rate' else 'churn_rate' end as metric,
        month,
        month as window_start,
        churn_rate as value,
        churn_low as low,
        churn_high as high,
        customers_at_risk as n,
        churned_customers as numerator,
        customers_at_risk as denominator,
        case
            when customers_at_risk = 0 then 'nobody at risk'
            when basis = 'contract' then 'of the opening contracts'
            else {{ dbt.concat(["churn_window_days", "' days without an order'"]) }}
        end as note

    from churn_months
    where basis = 'contract' or has_lapses

),

net_revenue_retention as (

    select
        'net_revenue_retention' as metric,
        month,
        month as window_start,
        net_revenue_retention as value,
        null as low,
        null as high,
        opening_customers as n,
        opening_mrr + expansion_mrr + contraction_mrr + churned_mrr as numerator,
        opening_mrr as denominator,
        case
            when opening_mrr = 0 then 'no opening recurring revenue'
            else 'of the opening recurring revenue'
        end as note

    from recurring_revenue
    where segment = 'all'

),

customers_valued as (

    select
        {{ trunc_date('month', 'max(as_of_date)') }} as month,
        count(*) as customers,
        case when count(total_clv) = count(*) then sum(cast(total_clv as decimal(28, 4))) end
            as total_clv,
        max(horizon_days) as horizon_days

    from lifetime_values
    having count(*) > 0

),

clv_per_customer as (

    select
        'clv_per_customer' as metric,
        month,
        null as window_start,
        {{ safe_divide('total_clv', 'customers') }} as value,
        null as low,
        null as high,
        customers as n,
        total_clv as numerator,
        customers as denominator,
        case
            when total_clv is null then 'no fitted model'
            else {{ dbt.concat(["'margin to date and '", "horizon_days", "' days ahead'"]) }}
        end as note

    from customers_valued

),

acquisitions_summed as (

    select
        cohort_month as month,
        sum(acquisition_cost) as acquisition_cost,
        sum(new_customers) as new_customers,
        sum(clv_amount) as clv_amount,
        max(case when clv_basis = 'historic' then 1 else 0 end) as lacks_model

    from acquisitions
    group by cohort_month

),

referrals_counted as (

    select
        {{ trunc_date('month', 'first_ordered_on') }} as month,
        count(*) as converted_referrals

    from referrals
    group by {{ trunc_date('month', 'first_ordered_on') }}

),

-- months before the first cost, or before the first referral, have none because none was delivered
acquisition_months as (

    select
        acquisitions_summed.*,
        coalesce(referrals_counted.converted_referrals, 0) as converted_referrals,
        max(case when acquisitions_summed.acquisition_cost != 0 then 1 else 0 end) over (
            order by acquisitions_summed.month
            rows between unbounded preceding and current row
        ) = 1 as has_costs,
        max(case when referrals_counted.month is not null then 1 else 0 end) over (
            order by acquisitions_summed.month
            rows between unbounded preceding and current row
        ) = 1 as has_referrals

    from acquisitions_summed
    left join referrals_counted on acquisitions_summed.month = referrals_counted.month

),

cac as (

    select
        'cac' as metric,
        month,
        month as window_start,
        {{ safe_divide('acquisition_cost', 'new_customers') }} as value,
        null as low,
        null as high,
        new_customers as n,
        acquisition_cost as numerator,
        new_customers as denominator,
        case when new_customers = 0 then 'no new customers' else 'all channels' end as note

    from acquisition_months
    where has_costs

),

customers_won as (

    select
        {{ trunc_date('month', 'max(parameters.as_of_date)') }} as month,
        min(acquisition_months.month) as window_start,
        max(parameters.scorecard_window_months) as window_months,
        sum(acquisition_months.new_customers) as new_customers,
        case
            when max(acquisition_months.lacks_model) = 0 then sum(acquisition_months.clv_amount)
        end as clv_amount,
        sum(acquisition_months.acquisition_cost) as acquisition_cost

    from acquisition_months
    cross join parameters
    where
        acquisition_months.has_costs
        and acquisition_months.month > {{ add_months(
            trunc_date('month', 'parameters.as_of_date'), '0 - parameters.scorecard_window_months'
        ) }}
    having count(*) > 0

),

clv_to_cac as (

    select
        'clv_to_cac' as metric,
        month,
        window_start,
        {{ safe_divide('clv_amount', 'acquisition_cost') }} as value,
        null as low,
        null as high,
        new_customers as n,
        clv_amount as numerator,
        acquisition_cost as denominator,
        case
            when new_customers = 0 then 'no new customers'
            when clv_amount is null then 'no fitted model'
            when acquisition_cost = 0 then 'no acquisition cost'
            else {{ dbt.concat(["'customers won in '", "window_months", "' months'"]) }}
        end as note

    from customers_won

),

referred_share as (

    select
        'referred_share' as metric,
        acquisition_months.month,
        acquisition_months.month as window_start,
        {{ safe_divide(
            'acquisition_months.converted_referrals', 'acquisition_months.new_customers'
        ) }} as value,
        {{ wilson_low(
            'acquisition_months.converted_referrals',
            'acquisition_months.new_customers',
            'parameters.confidence_z'
        ) }} as low,
        {{ wilson_high(
            'acquisition_months.converted_referrals',
            'acquisition_months.new_customers',
            'parameters.confidence_z'
        ) }} as high,
        acquisition_months.new_customers as n,
        acquisition_months.converted_referrals as numerator,
        acquisition_months.new_customers as denominator,
        case
            when acquisition_months.new_customers = 0 then 'no new customers'
            else 'referred before the first order'
        end as note

    from acquisition_months
    cross join parameters
    where acquisition_months.has_referrals

),

first_answers as (

    select * from response_times
    where channel = 'all' and segment = 'all'

),

share_within_sla as (

    select
        'share_within_sla' as metric,
        month,
        month as window_start,
        share_within_sla as value,
        share_within_sla_low as low,
        share_within_sla_high as high,
        conversations as n,
        answered_within_sla as numerator,
        conversations as denominator,
        case
            when share_within_sla is null then 'too early to tell'
            else {{ dbt.concat(["'answered within '", "sla_minutes", "' minutes'"]) }}
        end as note

    from first_answers

),

median_minutes as (

    select
        'median_minutes' as metric,
        month,
        month as window_start,
        median_minutes as value,
        median_minutes_low as low,
        median_minutes_high as high,
        conversations as n,
        null as numerator,
        null as denominator,
        case
            when median_minutes is null then 'fewer than half are answered'
            else 'by the clock, the unanswered among them'
        end as note

    from first_answers

),

organic_events as (

    select
        'organic_events' as metric,
        month,
        month as window_start,
        case when events_with_known_origin > 0 then organic_events end as value,
        null as low,
        null as high,
        participants as n,
        null as numerator,
        null as denominator,
        case
            when events_with_known_origin > 0
                then {{ dbt.concat(["'of '", "events", "' events'"]) }}
            when events > 0 then 'no event tells whether it is organic'
            else 'no events'
        end as note

    from engagement
    where platform = 'all' and programme_id = 'all'

),

-- known of every party, so without a sampling error
relationship_score as (

    select
        'relationship_score' as metric,
        month,
        null as window_start,
        {{ safe_divide(sum_exactly('score'), 'count(score)') }} as value,
        null as low,
        null as high,
        count(score) as n,
        null as numerator,
        null as denominator,
        'mean of all parties known by then' as note

    from scores
    group by month
    having count(score) > 0

),

returns_on_relationship as (

    {% for metric, gain in {
        "ror": "relationship_value - relationship_cost",
        "roi": "coded_margin - relationship_cost",
        "halo": "halo_amount",
    }.items() %}
        select
            '{{ metric }}' as metric,
            month,
            window_start,
            window_end,
            {{ metric }} as value,
            {{ "ror_low" if metric == "ror" else "null" }} as low,
            {{ "ror_high" if metric == "ror" else "null" }} as high,
            n_treated as n,
            {{ gain }} as numerator,
            relationship_cost as denominator,
            case
                when {{ metric }} is null then coalesce(demotion_reason, 'no relationship cost')
                {% if metric == "roi" -%}
                    else 'orders coded to a programme'
                {%- else -%}
                    else {{ dbt.concat(["'evidence tier '", "evidence_tier"]) }}
                {%- endif %}
            end as note

        from returns
        {{ "union all" if not loop.last }}
    {% endfor %}

),

figures as (

    {% for figure in [
        "nps", "nps_post_stratified", "churn_rates", "net_revenue_retention", "clv_per_customer",
        "cac", "clv_to_cac", "referred_share", "share_within_sla", "median_minutes",
        "organic_events", "relationship_score", "returns_on_relationship"
    ] %}
        select
            metric,
            month,
            cast(window_start as date) as window_start,
            cast({{ "window_end" if figure == "returns_on_relationship" else "null" }} as date)
                as source_window_end,
            cast(value as double) as value,
            cast(low as double) as low,
            cast(high as double) as high,
            cast(n as bigint) as n,
            cast(numerator as decimal(38, 8)) as numerator,
            cast(denominator as decimal(38, 8)) as denominator,
            note

        from {{ figure }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

dated as (

    select
        figures.*,
        {{ add_days(add_months('figures.month', 1), -1) }} <= parameters.as_of_date
            as is_month_complete,
        coalesce(
            figures.source_window_end,
            least({{ add_days(add_months('figures.month', 1), -1) }}, parameters.as_of_date)
        ) as window_end,
        {{ add_months('figures.month', '0 - parameters.scorecard_comparison_months') }}
            as previous_month,
        parameters.as_of_date

    from figures
    cross join parameters

),

-- bounds of a difference from those of its two terms (Newcombe 1998, Zou & Donner 2008)
compared as (

    select
        dated.*,
        previous.value as previous_value,
        dated.value - previous.value as change,
        dated.value - previous.value - sqrt(
            (dated.value - dated.low) * (dated.value - dated.low)
            + (previous.high - previous.value) * (previous.high - previous.value)
        ) as change_low,
        dated.value - previous.value + sqrt(
            (dated.high - dated.value) * (dated.high - dated.value)
            + (previous.value - previous.low) * (previous.value - previous.low)
        ) as change_high,
        row_number() over (
            partition by dated.metric
            order by case when dated.is_month_complete then 0 else 1 end, dated.month desc
        ) = 1 as is_latest

    from dated
    left join dated as previous
        on
            dated.metric = previous.metric
            and dated.previous_month = previous.month
            and dated.is_month_complete

),

final as (

    select
        compared.month,
        compared.metric,
        metrics.position,
        metrics.label,
        metrics.unit,
        compared.value,
        compared.low,
        compared.high,
        compared.n,
        compared.numerator,
        compared.denominator,
        compared.window_start,
        compared.window_end,
        compared.previous_month,
        compared.previous_value,
        compared.change,
        compared.change_low,
        compared.change_high,
        metrics.direction,
        case
            when compared.change_low > 0
                then case metrics.direction when 'up' then 'improved' else 'worsened' end
            when compared.change_high < 0
                then case metrics.direction when 'up' then 'worsened' else 'improved' end
            when compared.change_low is not null then 'no clear change'
        end as assessment,
        metrics.target,
        case metrics.direction
            when 'up' then compared.value >= metrics.target
            when 'down' then compared.value <= metrics.target
        end as is_on_target,
        compared.note,
        metrics.source_mart,
        compared.is_month_complete,
        compared.is_latest,
        compared.as_of_date

    from compared
    left join metrics on compared.metric = metrics.metric

)

select * from final
