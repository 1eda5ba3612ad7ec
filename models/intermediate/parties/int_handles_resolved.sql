with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

identities as (

    select * from {{ ref('stg_parties__identities') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

final as (

    select
        identities.identifier as actor_handle,
        coalesce(merged_parties.resolved_party_id, identities.party_id) as party_id

    from identities
    left join merged_parties on identities.party_id = merged_parties.party_id
    cross join parameters
    where
        identities.identifier_type = 'handle'
        and (
            identities.valid_from is null
            or {{ local_date('identities.valid_from') }} <= parameters.as_of_date
        )

)

select * from final
