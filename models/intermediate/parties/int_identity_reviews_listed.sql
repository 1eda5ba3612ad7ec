with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

edges as (

    select * from {{ ref('int_identity_edges_listed') }}

),

components as (

    select * from {{ ref('stg_parties__party_components') }}

),

identifiers as (

    select
        'identifier shared by too many' as reason,
        edges.identifier as subject,
        edges.identifier_type,
        min(edges.other_party_id) as first_party_id,
        max(edges.party_id) as last_party_id,
        min(edges.known_from) as known_from,
        max(edges.parties_sharing) as parties,
        max(parameters.identity_max_parties_per_identifier) as max_parties

    from edges
    cross join parameters
    where edges.status = 'shared by too many'
    group by edges.identifier_type, edges.identifier

),

large_components as (

    select
        'too many records hang together' as reason,
        components.first_party_id as subject,
        cast(null as {{ dbt.type_string() }}) as identifier_type,
        components.first_party_id,
        max(components.party_id) as last_party_id,
        cast(null as date) as known_from,
        max(components.parties) as parties,
        max(parameters.identity_max_component_size) as max_parties

    from components
    cross join parameters
    group by components.first_party_id
    having max(components.parties) > max(parameters.identity_max_component_size)

),

taken_back as (

    select
        'taken back' as reason,
        {{ dbt.concat([
            "least(party_id, other_party_id)", "' '", "greatest(party_id, other_party_id)"
        ]) }} as subject,
        cast(null as {{ dbt.type_string() }}) as identifier_type,
        least(party_id, other_party_id) as first_party_id,
        greatest(party_id, other_party_id) as last_party_id,
        min(known_from) as known_from,
        2 as parties,
        cast(null as {{ dbt.type_bigint() }}) as max_parties

    from edges
    where status = 'taken back'
    group by least(party_id, other_party_id), greatest(party_id, other_party_id)

),

cases as (

    select * from identifiers
    union all
    select * from large_components
    union all
    select * from taken_back

),

-- the case is named by a hash, so that an identifier leaves the build in no form
final as (

    select
        {{ dbt.hash(dbt.concat([
            "reason", "' '", "coalesce(identifier_type, '')", "' '", "subject"
        ])) }} as review_id,
        reason,
        identifier_type,
        first_party_id,
        last_party_id,
        known_from,
        parties,
        max_parties

    from cases

)

select * from final
