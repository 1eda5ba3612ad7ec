with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

invitations as (

    select * from {{ ref('int_survey_invitations_folded') }}

),

purchase_days as (

    select * from {{ ref('int_purchase_days_ranged') }}

),

asked as (

    select
        survey_id,
        survey_round,
        recipient,
        max(party_id) as party_id,
        max(segment) as segment,
        min(sent_on) as asked_on

    from invitations
    group by survey_id, survey_round, recipient

),

final as (

    select
        asked.survey_id,
        asked.survey_round,
        asked.recipient,
        asked.segment,
        asked.asked_on,
        {{ recency_class(days_between('purchase_days.purchased_on', 'asked.asked_on')) }}
            as recency_class,
        {{ orders_class('purchase_days.orders_so_far') }} as orders_class

    from asked
    left join purchase_days
        on
            asked.party_id = purchase_days.party_id
            and purchase_days.purchased_on < asked.asked_on
            and coalesce(purchase_days.next_purchased_on >= asked.asked_on, true)
    cross join parameters

)

select * from final
