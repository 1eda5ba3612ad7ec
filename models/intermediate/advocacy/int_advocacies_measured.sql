with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

party_months as (

    select * from {{ ref('int_party_months_listed') }}

),

ranked_responses as (

    select * from {{ ref('int_nps_responses_ranked') }}

),

referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

-- an answer that a later one of its wave replaced still counted until then
responses as (

    select ranked_responses.*

    from ranked_responses
    cross join parameters
    where
        ranked_responses.rule_rank = 1
        or parameters.nps_response_rule = 'latest'

),

ranked as (

    select
        party_months.party_id,
        party_months.month,
        case responses.category when 'promoter' then 1 when 'detractor' then -1 else 0 end
            as promoter_step,
        row_number() over (
            partition by party_months.party_id, party_months.month
            order by responses.responded_at desc, responses.response_id desc
        ) as response_rank

    from party_months
    cross join parameters
    inner join responses
        on
            party_months.party_id = responses.party_id
            and responses.responded_on <= party_months.month_end
            and responses.responded_on
            >= {{ add_months('party_months.month', '1 - parameters.score_window_months') }}

),

latest as (

    select * from ranked
    where response_rank = 1

),

-- a referral is known to have won somebody when that somebody buys
referred as (

    select
        party_months.party_id,
        party_months.month,
        count(*) as converted_referrals

    from party_months
    cross join parameters
    inner join referrals
        on
            party_months.party_id = referrals.referrer_party_id
            and referrals.first_ordered_on <= party_months.month_end
            and referrals.first_ordered_on
            >= {{ add_months('party_months.month', '1 - parameters.score_window_months') }}
    group by party_months.party_id, party_months.month

),

final as (

    select
        party_months.party_id,
        party_months.month,
        latest.promoter_step,
        coalesce(referred.converted_referrals, 0) as converted_referrals,
        coalesce(latest.promoter_step, 0)
        + parameters.score_referral_credit * coalesce(referred.converted_referrals, 0) as advocacy

    from party_months
    cross join parameters
    left join latest
        on
            party_months.party_id = latest.party_id
            and party_months.month = latest.month
    left join referred
        on
            party_months.party_id = referred.party_id
            and party_months.month = referred.month
    where
        latest.party_id is not null
        or referred.party_id is not null

)

select * from final
