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

ranked as (

    select
        identities.identifier as actor_handle,
        coalesce(merged_parties.resolved_party_id, identities.party_id) as party_id,
        row_number() over (
            partition by identities.identifier
            order by
                coalesce(identities.valid_from, cast('1900-01-01' as timestamp)) desc,
                identities.party_id
        ) as owner_rank

    from identities
    left join merged_parties on identities.party_id = merged_parties.party_id
    cross join parameters
    where
        identities.identifier_type = 'handle'
        and (
            identities.valid_from is null
            or {{ local_date('identities.valid_from') }} <= parameters.as_of_date
        )

),

-- a handle of several parties is that of the last who got it
final as (

    select
        actor_handle,
        party_id

    from ranked
    where owner_rank = 1

)

select * from final
