with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

merges_counted as (

    select
        resolved_party_id as party_id,
        count(*) as merged_party_count

    from merged_parties
    group by resolved_party_id

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
        coalesce(merges_counted.merged_party_count, 0) as merged_party_count,
        parties.created_at,
        customers.first_ordered_at,
        customers.cohort_month,
        parameters.as_of_date

    from parties
    left join customers on parties.party_id = customers.party_id
    left join merges_counted on parties.party_id = merges_counted.party_id
    cross join parameters

)

select * from final
