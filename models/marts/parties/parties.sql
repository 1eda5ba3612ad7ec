with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

final as (

    select
        parties.party_id,
        parties.party_type,
        parties.segment,
        parties.country,
        parties.acquisition_channel,
        parties.acquisition_programme_id,
        parties.has_bought as is_customer,
        parties.is_delivered,
        parties.is_erased,
        parties.created_at,
        customers.first_ordered_at,
        customers.cohort_month,
        parameters.as_of_date

    from parties
    left join customers on parties.party_id = customers.party_id
    cross join parameters

)

select * from final
