with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

edges as (

    select * from {{ ref('int_identity_edges_listed') }}

),

edge_ends as (

    select
        party_id,
        evidence,
        identifier_type,
        identifier,
        known_from
    from edges
    where status = 'stands'
    union all
    select
        other_party_id as party_id,
        evidence,
        identifier_type,
        identifier,
        known_from
    from edges
    where status = 'stands'

),

evidence_counted as (

    select
        party_id,
        sum(case when evidence = 'stated merge' then 1 else 0 end) as stated_merges,
        count(
            distinct case
                when evidence = 'shared identifier'
                    then {{ dbt.concat(["identifier_type", "' '", "identifier"]) }}
            end
        ) as shared_identifiers,
        min(known_from) as linked_from

    from edge_ends
    group by party_id

),

final as (

    select
        merged_parties.party_id,
        merged_parties.resolved_party_id,
        merged_parties.parties,
        evidence_counted.stated_merges,
        evidence_counted.shared_identifiers,
        evidence_counted.linked_from,
        parameters.as_of_date

    from merged_parties
    inner join evidence_counted on merged_parties.party_id = evidence_counted.party_id
    cross join parameters

)

select * from final
