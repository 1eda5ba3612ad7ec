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

responses_in_period as (

    select
        responses.survey_id,
        periods.period_type,
        periods.period_end,
        responses.segment,
        responses.category,
        responses.weight,
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
        sum(case when invitations.is_delivered then 1 else 0 end) as delivered,
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

joined as (

    select
        coalesce(response_counts.survey_id, invitation_counts.survey_id) as survey_id,
        coalesce(response_counts.period_type, invitation_counts.period_type) as period_type,
        coalesce(response_counts.period_end, invitation_counts.period_end) as period_end,
        coalesce(response_counts.segment, invitation_counts.segment) as segment,
        invitation_counts.sent,
        invitation_counts.delivered,
        invitation_counts.delivered_and_answered,
        coalesce(response_counts.responded, 0) as responded,
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
        parameters.min_segment_size

    from joined
    cross join parameters

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

-- three pseudo-responses (3/4, 3/2, 3/4) make the interval hold for small n (Rocks 2016)
adjusted as (

    select
        suppressed.*,
        parameters.confidence_z,
        parameters.nps_wald_min_responses as wald_min_responses,
        case when suppressed.responded < parameters.nps_wald_min_responses then 3.0 else 0.0 end
            as pseudo_responses,
        case
            when suppressed.previous_responded < parameters.nps_wald_min_responses then 3.0 else 0.0
        end
            as previous_pseudo_responses,
        {{ safe_divide(
            'cast(suppressed.weight_total as double) * suppressed.weight_total', 'suppressed.weight_squares'
        ) }} as effective_responses

    from suppressed
    cross join parameters

),

shares as (

    select
        *,
        case when effective_responses < wald_min_responses then 3.0 else 0.0 end
            as weighted_pseudo_responses,
        {{ safe_divide('promoters + pseudo_responses / 4.0', 'responded + pseudo_responses') }}
            as promoter_share,
        {{ safe_divide('detractors + pseudo_responses / 4.0', 'responded + pseudo_responses') }}
            as detractor_share,
        {{ safe_divide(
            'previous_promoters + previous_pseudo_responses / 4.0',
            'previous_responded + previous_pseudo_responses'
        ) }} as previous_promoter_share,
        {{ safe_divide(
            'previous_detractors + previous_pseudo_responses / 4.0',
            'previous_responded + previous_pseudo_responses'
        ) }} as previous_detractor_share,
        {{ safe_divide('weight_promoters', 'weight_total') }} as weighted_promoter_share,
        {{ safe_divide('weight_detractors', 'weight_total') }} as weighted_detractor_share

    from adjusted

),

estimated as (

    select
        *,
        100.0 * {{ safe_divide('promoters - detractors', 'responded') }} as nps,
        100.0 * {{ safe_divide('previous_promoters - previous_detractors', 'previous_responded') }}
            as previous_nps,
        {{ safe_divide(
            'promoter_share + detractor_share - power(promoter_share - detractor_share, 2)',
            'responded + pseudo_responses'
        ) }} as nps_variance,
        {{ safe_divide(
            'previous_promoter_share + previous_detractor_share'
            ~ ' - power(previous_promoter_share - previous_detractor_share, 2)',
            'previous_responded + previous_pseudo_responses'
        ) }} as previous_variance,
        {{ safe_divide(
            'weighted_promoter_share * effective_responses + weighted_pseudo_responses / 4.0',
            'effective_responses + weighted_pseudo_responses'
        ) }} as weighted_promoter_adjusted,
        {{ safe_divide(
            'weighted_detractor_share * effective_responses + weighted_pseudo_responses / 4.0',
            'effective_responses + weighted_pseudo_responses'
        ) }} as weighted_detractor_adjusted

    from shares

),

tested as (

    select
        *,
        {{ safe_divide(
            'weighted_promoter_adjusted + weighted_detractor_adjusted'
            ~ ' - power(weighted_promoter_adjusted - weighted_detractor_adjusted, 2)',
            'effective_responses + weighted_pseudo_responses'
        ) }} as weighted_variance,
        case
            when responded >= min_segment_size and previous_responded >= min_segment_size
                then nps - previous_nps
        end as change,
        {{ safe_divide(
            'abs(promoter_share - detractor_share - previous_promoter_share + previous_detractor_share)',
            'sqrt(nps_variance + previous_variance)'
        ) }} as change_z

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
        tested.delivered,
        case when not tested.is_suppressed then tested.delivered_and_answered end
            as delivered_and_answered,
        case
            when not tested.is_suppressed
                then {{ safe_divide('tested.delivered_and_answered', 'tested.delivered') }}
        end as response_rate,
        case when not tested.is_suppressed then tested.responded end as responded,
        case when not tested.is_suppressed then tested.promoters end as promoters,
        case when not tested.is_suppressed then tested.passives end as passives,
        case when not tested.is_suppressed then tested.detractors end as detractors,
        case when not tested.is_suppressed then tested.nps end as nps,
        case
            when not tested.is_suppressed and tested.responded > 0
                then greatest(
                    -100.0,
                    100.0 * (
                        tested.promoter_share - tested.detractor_share
                        - tested.confidence_z * sqrt(tested.nps_variance)
                    )
                )
        end as nps_low,
        case
            when not tested.is_suppressed and tested.responded > 0
                then least(
                    100.0,
                    100.0 * (
                        tested.promoter_share - tested.detractor_share
                        + tested.confidence_z * sqrt(tested.nps_variance)
                    )
                )
        end as nps_high,
        case when not tested.is_suppressed then tested.effective_responses end
            as effective_responses,
        case
            when not tested.is_suppressed
                then 100.0 * (tested.weighted_promoter_share - tested.weighted_detractor_share)
        end as weighted_nps,
        case
            when not tested.is_suppressed and tested.effective_responses > 0
                then greatest(
                    -100.0,
                    100.0 * (
                        tested.weighted_promoter_adjusted - tested.weighted_detractor_adjusted
                        - tested.confidence_z * sqrt(tested.weighted_variance)
                    )
                )
        end as weighted_nps_low,
        case
            when not tested.is_suppressed and tested.effective_responses > 0
                then least(
                    100.0,
                    100.0 * (
                        tested.weighted_promoter_adjusted - tested.weighted_detractor_adjusted
                        + tested.confidence_z * sqrt(tested.weighted_variance)
                    )
                )
        end as weighted_nps_high,
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
