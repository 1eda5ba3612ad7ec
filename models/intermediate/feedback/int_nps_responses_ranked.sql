with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

responses as (

    select * from {{ ref('int_survey_responses_resolved') }}

),

sends as (

    select * from {{ ref('int_survey_sends_resolved') }}

),

delivered_parties as (

    select * from {{ ref('stg_parties__parties') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

counted as (

    select
        responses.response_id,
        responses.survey_id,
        responses.send_id,
        responses.party_id,
        sends.wave,
        responses.responded_at,
        {{ local_date('responses.responded_at') }} as responded_on,
        responses.score,
        responses.weight,
        case
            when
                responses.follow_up_at >= responses.responded_at
                and {{ local_date('responses.follow_up_at') }} <= parameters.as_of_date
                then responses.follow_up_at
        end as follow_up_at

    from responses
    left join sends on responses.send_id = sends.send_id
    left join delivered_parties on responses.party_id = delivered_parties.party_id
    cross join parameters
    where
        responses.question_type = 'nps'
        and responses.score between 0 and 10
        and not coalesce(responses.is_test, false)
        and not coalesce(delivered_parties.is_test, false)
        and {{ local_date('responses.responded_at') }} <= parameters.as_of_date

),

ranked as (

    select
        counted.*,
        row_number() over (
            partition by
                counted.survey_id,
                case
                    when counted.party_id is null or counted.wave is null
                        then counted.response_id
                    else counted.party_id
                end,
                case when counted.party_id is null then null else counted.wave end
            order by
                case when parameters.nps_response_rule = 'first' then counted.responded_at end,
                case when parameters.nps_response_rule = 'first' then counted.response_id end,
                counted.responded_at desc,
                counted.response_id desc
        ) as rule_rank

    from counted
    cross join parameters

),

final as (

    select
        ranked.response_id,
        ranked.survey_id,
        ranked.send_id,
        ranked.party_id,
        ranked.wave,
        coalesce(parties.segment, 'unknown') as segment,
        ranked.responded_at,
        ranked.responded_on,
        ranked.follow_up_at,
        ranked.score,
        ranked.weight,
        ranked.rule_rank,
        case
            when ranked.score >= parameters.nps_promoter_min then 'promoter'
            when ranked.score <= parameters.nps_detractor_max then 'detractor'
            else 'passive'
        end as category

    from ranked
    left join parties on ranked.party_id = parties.party_id
    cross join parameters

)

select * from final
