with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

responses as (

    select * from {{ ref('int_nps_responses_scored') }}

),

recipients as (

    select * from {{ ref('int_survey_recipients_classed') }}

),

purchase_days as (

    select * from {{ ref('int_purchase_days_ranged') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

surveys_with_sends as (

    select distinct survey_id from recipients

),

counted_recipients as (

    select
        survey_id,
        survey_round,
        segment,
        recency_class,
        orders_class,
        'invited' as population_basis,
        count(*) as population

    from recipients
    group by survey_id, survey_round, segment, recency_class, orders_class

),

months_answered as (

    select distinct
        responses.survey_id,
        {{ trunc_date('month', 'responses.responded_on') }} as month

    from responses
    left join surveys_with_sends on responses.survey_id = surveys_with_sends.survey_id
    where surveys_with_sends.survey_id is null

),

customers_by_month as (

    select
        months_answered.survey_id,
        cast(months_answered.month as {{ dbt.type_string() }}) as survey_round,
        coalesce(parties.segment, 'unknown') as segment,
        {{ recency_class(days_between('purchase_days.purchased_on', 'months_answered.month')) }}
            as recency_class,
        {{ orders_class('purchase_days.orders_so_far') }} as orders_class

    from months_answered
    inner join purchase_days
        on
            purchase_days.purchased_on < months_answered.month
            and coalesce(purchase_days.next_purchased_on >= months_answered.month, true)
    left join parties on purchase_days.party_id = parties.party_id
    cross join parameters

),

counted_customers as (

    select
        survey_id,
        survey_round,
        segment,
        recency_class,
        orders_class,
        'customers' as population_basis,
        count(*) as population

    from customers_by_month
    group by survey_id, survey_round, segment, recency_class, orders_class

),

final as (

    select * from counted_recipients
    union all
    select * from counted_customers

)

select * from final
