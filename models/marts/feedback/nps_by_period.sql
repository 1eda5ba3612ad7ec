-- a table, as relationship_scorecard reads it too
{{ config(materialized="table") }}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

responses as (

    select * from {{ ref('int_nps_responses_scored') }}

),

invitations as (

    select * from {{ ref('int_survey_invitations_folded') }}

),

periods as (

    select * from {{ ref('int_survey_periods_listed') }}

),

strata as (

    select * from {{ ref('int_nps_strata_formed') }}

),

responses_in_period as (

    select
        responses.survey_id,
        periods.period_type,
        periods.period_end,
        responses.segment,
        responses.category,
        responses.weight,
        responses.send_id,
        responses.responded_on >= periods.period_start as is_current

    from periods
    inner join responses
        on
            responses.responded_on >= periods.previous_start
            and responses.responded_on <= periods.period_end

),

response_counts as (

    select
        survey_id,
        period_type,
        period_end,
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        sum(case when is_current then 1 else 0 end) as responded,
        sum(case when is_current and send_id is not null then 1 else 0 end) as responses_to_sends,
        sum(case when is_current and category = 'promoter' then 1 else 0 end) as promoters,
        sum(case when is_current and category = 'passive' then 1 else 0 end) as passives,
        sum(case when is_current and category = 'detractor' then 1 else 0 end) as detractors,
        sum(case when is_current then weight else 0 end) as weight_total,
        sum(case when is_current then weight * weight else 0 end) as weight_squares,
        sum(case when is_current and category = 'promoter' then weight else 0 end)
            as weight_promoters,
        sum(case when is_current and category = 'detractor' then weight else 0 end)
            as weight_detractors,
        sum(case when is_current then 0 else 1 end) as previous_responded,
        sum(case when not is_current and category = 'promoter' then 1 else 0 end)
            as previous_promoters,
        sum(case when not is_current and category = 'detractor' then 1 else 0 end)
            as previous_detractors

    from responses_in_period
    group by grouping sets (
        (survey_id, period_type, period_end),
        (survey_id, period_type, period_end, segment)
    )

),

invitation_counts as (

    select
        invitations.survey_id,
        periods.period_type,
        periods.period_end,
        case when grouping(invitations.segment) = 1 then 'all' else invitations.segment end
            as segment,
        count(*) as sent,
        sum(invitations.reminders) as reminders,
        sum(case when invitations.is_delivered then 0 else 1 end) as bounced,
        sum(case when invitations.is_delivered then 1 else 0 end) as delivered,
        sum(
            case
                when invitations.is_delivered and invitations.is_opened then 1
                when invitations.is_opened is not null then 0
            end
        ) as opened,
        sum(case when invitations.is_delivered and invitations.is_answered then 1 else 0 end)
            as delivered_and_answered

    from periods
    inner join invitations
        on
            invitations.sent_on >= periods.period_start
            and invitations.sent_on <= periods.period_end
    group by grouping sets (
        (invitations.survey_id, periods.period_type, periods.period_end),
        (invitations.survey_id, periods.period_type, periods.period_end, invitations.segment)
    )

),

-- Every stratum weighs what it is in the population; within it, responses keep their weights.
stratum_shares as (

    select
        *,
        {{ safe_divide(
            'population',
            'sum(population) over (partition by survey_id, period_type, period_end, segment)'
        ) }} as population_share,
        {{ safe_divide('weight_promoters', 'weight_total') }} as promoter_share,
        {{ safe_divide('weight_detractors', 'weight_total') }} as detractor_share,
        {{ safe_divide('weight_squares', 'cast(weight_total as double) * weight_total') }}
            as concentration

    from strata

),

post_stratified as (

    select
        survey_id,
        period_type,
        period_end,
        segment,
        max(population_basis) as population_basis,
        sum(population) as population,
        sum(population_without_responses) as population_without_responses,
        count(*) as strata,
        sum(responses) as placed_responses,
        {{ sum_exactly('population_share * promoter_share') }} as placed_promoter_share,
        {{ sum_exactly('population_share * detractor_share') }} as placed_detractor_share,
        {{ safe_divide('1', sum_exactly('population_share * population_share * concentration')) }}
            as placed_effective

    from stratum_shares
    group by survey_id, period_type, period_end, segment

),

joined as (

    select
        coalesce(response_counts.survey_id, invitation_counts.survey_id) as survey_id,
        coalesce(response_counts.period_type, invitation_counts.period_type) as period_type,
        coalesce(response_counts.period_end, invitation_counts.period_end) as period_end,
        coalesce(response_counts.segment, invitation_counts.segment) as segment,
        invitation_counts.sent,
        invitation_counts.reminders,
        invitation_counts.bounced,
        invitation_counts.delivered,
        invitation_counts.opened,
        invitation_counts.delivered_and_answered,
        coalesce(response_counts.responded, 0) as responded,
        coalesce(response_counts.responses_to_sends, 0) as responses_to_sends,
        coalesce(response_counts.promoters, 0) as promoters,
        coalesce(response_counts.passives, 0) as passives,
        coalesce(response_counts.detractors, 0) as detractors,
        coalesce(response_counts.weight_total, 0) as weight_total,
        coalesce(response_counts.weight_squares, 0) as weight_squares,
        coalesce(response_counts.weight_promoters, 0) as weight_promoters,
        coalesce(response_counts.weight_detractors, 0) as weight_detractors,
        coalesce(response_counts.previous_responded, 0) as previous_responded,
        coalesce(response_counts.previous_promoters, 0) as previous_promoters,
        coalesce(response_counts.previous_detractors, 0) as previous_detractors

    from response_counts
    full outer join invitation_counts
        on
            response_counts.survey_id = invitation_counts.survey_id
            and response_counts.period_type = invitation_counts.period_type
            and response_counts.period_end = invitation_counts.period_end
            and response_counts.segment = invitation_counts.segment
    where
        coalesce(response_counts.responded, 0) > 0
        or coalesce(invitation_counts.sent, 0) > 0

),

-- a group below the minimum is hidden; where what is hidden could be had by subtraction from
-- 'all', the next smallest group is hidden too
small_groups as (

    select
        joined.*,
        joined.responded > 0 and joined.responded < parameters.min_segment_size as is_small,
        -- there are responses, and none tells which invitation it answers
        max(joined.responded) over survey_period > 0
        and max(joined.responses_to_sends) over survey_period = 0
        and coalesce(max(joined.delivered_and_answered) over survey_period, 0) = 0
            as is_rate_unknown,
        parameters.min_segment_size

    from joined
    cross join parameters
    window survey_period as (
        partition by joined.survey_id, joined.period_type, joined.period_end
    )

),

hidden_totals as (

    select
        *,
        sum(case when is_small and segment != 'all' then 1 else 0 end) over (
            partition by survey_id, period_type, period_end
        ) as hidden_groups,
        sum(case when is_small and segment != 'all' then responded else 0 end) over (
            partition by survey_id, period_type, period_end
        ) as hidden_responses,
        row_number() over (
            partition by
                survey_id,
                period_type,
                period_end,
                segment != 'all' and not is_small and responded > 0
            order by responded, segment
        ) as size_rank

    from small_groups

),

suppressed as (

    select
        *,
        is_small
        or (
            segment != 'all'
            and responded > 0
            and size_rank = 1
            and (hidden_groups = 1 or (hidden_groups > 1 and hidden_responses < min_segment_size))
        ) as is_suppressed

    from hidden_totals

),

-- the three scores as promoters, detractors and responses: counted, of the period before, weighted
-- and post-stratified
measured as (

    select
        suppressed.*,
        post_stratified.population_basis,
        post_stratified.population,
        post_stratified.population_without_responses,
        post_stratified.strata,
        post_stratified.placed_responses,
        post_stratified.placed_promoter_share,
        post_stratified.placed_detractor_share,
        post_stratified.placed_effective,
        parameters.confidence_z,
        parameters.nps_wald_min_responses as wald_min,
        {{ safe_divide('suppressed.weight_promoters', 'suppressed.weight_total') }}
            as weighted_promoter_share,
        {{ safe_divide('suppressed.weight_detractors', 'suppressed.weight_total') }}
            as weighted_detractor_share,
        {{ safe_divide(
            'cast(suppressed.weight_total as double) * suppressed.weight_total',
            'suppressed.weight_squares'
        ) }} as effective_responses

    from suppressed
    left join post_stratified
        on
            suppressed.survey_id = post_stratified.survey_id
            and suppressed.period_type = post_stratified.period_type
            and suppressed.period_end = post_stratified.period_end
            and suppressed.segment = post_stratified.segment
    cross join parameters

),

estimated as (

    select
        *,
        100.0 * {{ safe_divide('promoters - detractors', 'responded') }} as nps,
        {{ nps_low('promoters', 'detractors', 'responded', 'confidence_z', 'wald_min') }}
            as nps_low,
        {{ nps_high('promoters', 'detractors', 'responded', 'confidence_z', 'wald_min') }}
            as nps_high,
        100.0 * (weighted_promoter_share - weighted_detractor_share) as weighted_nps,
        {{ nps_low(
            'weighted_promoter_share * effective_responses',
            'weighted_detractor_share * effective_responses',
            'effective_responses', 'confidence_z', 'wald_min'
        ) }} as weighted_nps_low,
        {{ nps_high(
            'weighted_promoter_share * effective_responses',
            'weighted_detractor_share * effective_responses',
            'effective_responses', 'confidence_z', 'wald_min'
        ) }} as weighted_nps_high,
        100.0 * (placed_promoter_share - placed_detractor_share) as post_stratified_nps,
        {{ nps_low(
            'placed_promoter_share * placed_effective',
            'placed_detractor_share * placed_effective',
            'placed_effective', 'confidence_z', 'wald_min'
        ) }} as post_stratified_nps_low,
        {{ nps_high(
            'placed_promoter_share * placed_effective',
            'placed_detractor_share * placed_effective',
            'placed_effective', 'confidence_z', 'wald_min'
        ) }} as post_stratified_nps_high,
        case
            when responded >= min_segment_size and previous_responded >= min_segment_size
                then
                    100.0 * {{ safe_divide('promoters - detractors', 'responded') }}
                    - 100.0 * {{ safe_divide(
                        'previous_promoters - previous_detractors', 'previous_responded'
                    ) }}
        end as change,
        {{ nps_centre('promoters', 'detractors', 'responded', 'wald_min') }}
        - {{ nps_centre(
            'previous_promoters', 'previous_detractors', 'previous_responded', 'wald_min'
        ) }}
            as centre_change,
        {{ nps_variance('promoters', 'detractors', 'responded', 'wald_min') }}
        + {{ nps_variance(
            'previous_promoters', 'previous_detractors', 'previous_responded', 'wald_min'
        ) }}
            as change_variance

    from measured

),

tested as (

    select
        *,
        {{ safe_divide('abs(centre_change)', 'sqrt(change_variance)') }} as change_z

    from estimated

),

final as (

    select
        tested.survey_id,
        tested.period_type,
        periods.period_start,
        tested.period_end,
        tested.segment,
        tested.sent,
        case when not tested.is_suppressed then tested.reminders end as reminders,
        tested.bounced,
        tested.delivered,
        case when not tested.is_suppressed then tested.opened end as opened,
        case
            when not tested.is_suppressed and not tested.is_rate_unknown
                then tested.delivered_and_answered
        end as delivered_and_answered,
        case
            when not tested.is_suppressed and not tested.is_rate_unknown
                then {{ safe_divide('tested.delivered_and_answered', 'tested.delivered') }}
        end as response_rate,
        case when not tested.is_suppressed then tested.responded end as responded,
        case when not tested.is_suppressed then tested.promoters end as promoters,
        case when not tested.is_suppressed then tested.passives end as passives,
        case when not tested.is_suppressed then tested.detractors end as detractors,
        case when not tested.is_suppressed then tested.nps end as nps,
        case when not tested.is_suppressed then tested.nps_low end as nps_low,
        case when not tested.is_suppressed then tested.nps_high end as nps_high,
        case when not tested.is_suppressed then tested.effective_responses end
            as effective_responses,
        case when not tested.is_suppressed then tested.weighted_nps end as weighted_nps,
        case when not tested.is_suppressed then tested.weighted_nps_low end as weighted_nps_low,
        case when not tested.is_suppressed then tested.weighted_nps_high end as weighted_nps_high,
        tested.population_basis,
        tested.population,
        case when not tested.is_suppressed then tested.strata end as strata,
        case when not tested.is_suppressed then tested.placed_responses end
            as post_stratified_responses,
        case when not tested.is_suppressed then tested.placed_effective end
            as post_stratified_effective_responses,
        case
            when not tested.is_suppressed
                then {{ safe_divide('tested.population_without_responses', 'tested.population') }}
        end as population_share_without_responses,
        case when not tested.is_suppressed then tested.post_stratified_nps end
            as post_stratified_nps,
        case when not tested.is_suppressed then tested.post_stratified_nps_low end
            as post_stratified_nps_low,
        case when not tested.is_suppressed then tested.post_stratified_nps_high end
            as post_stratified_nps_high,
        case when not tested.is_suppressed then tested.change end as change,
        -- without any variance (two large and unanimous periods) chance cannot make a change
        case
            when tested.is_suppressed or tested.change is null then null
            when tested.change_z is null then case when tested.change = 0 then 1.0 else 0.0 end
            else least(1.0, 2.0 * {{ normal_tail('tested.change_z') }})
        end as change_p_value,
        tested.is_suppressed,
        periods.is_period_complete,
        parameters.as_of_date

    from tested
    inner join periods
        on
            tested.period_type = periods.period_type
            and tested.period_end = periods.period_end
    cross join parameters

)

select * from final
