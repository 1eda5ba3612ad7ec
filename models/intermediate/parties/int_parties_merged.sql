with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

components as (

    select * from {{ ref('stg_parties__party_components') }}

),

final as (

    select
        components.party_id,
        components.first_party_id as resolved_party_id,
        components.parties

    from components
    cross join parameters
    where
        components.party_id != components.first_party_id
        and components.parties <= parameters.identity_max_component_size

)

select * from final
