with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

responses as (

    select * from {{ ref('int_nps_responses_scored') }}

),

sends as (

    select * from {{ ref('int_survey_sends_numbered') }}

),

recipients as (

    select * from {{ ref('int_survey_recipients_classed') }}

),

purchase_days as (

    select * from {{ ref('int_purchase_days_ranged') }}

),

surveys_with_sends as (

    select distinct survey_id from sends

),

placed_by_invitation as (

    select
        responses.response_id,
        responses.survey_id,
        recipients.survey_round,
        responses.segment,
        responses.responded_on,
        responses.category,
        responses.weight,
        recipients.recency_class,
        recipients.orders_class

    from responses
    inner join sends
        on
            responses.send_id = sends.send_id
            and responses.survey_id = sends.survey_id
    inner join recipients
        on
            sends.survey_id = recipients.survey_id
            and sends.survey_round = recipients.survey_round
            and sends.recipient = recipients.recipient

),

uninvited as (

    select
        responses.*,
        {{ trunc_date('month', 'responses.responded_on') }} as month

    from responses
    left join surveys_with_sends on responses.survey_id = surveys_with_sends.survey_id
    where surveys_with_sends.survey_id is null

),

placed_by_customer as (

    select
        uninvited.response_id,
        uninvited.survey_id,
        cast(uninvited.month as {{ dbt.type_string() }}) as survey_round,
        uninvited.segment,
        uninvited.responded_on,
        uninvited.category,
        uninvited.weight,
        {{ recency_class(days_between('purchase_days.purchased_on', 'uninvited.month')) }}
            as recency_class,
        {{ orders_class('purchase_days.orders_so_far') }} as orders_class

    from uninvited
    inner join purchase_days
        on
            uninvited.party_id = purchase_days.party_id
            and purchase_days.purchased_on < uninvited.month
            and coalesce(purchase_days.next_purchased_on >= uninvited.month, true)
    cross join parameters

),

final as (

    select * from placed_by_invitation
    union all
    select * from placed_by_customer

)

select * from final
