with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

parties as (

    select * from {{ ref('stg_parties__parties') }}

),

identities as (

    select * from {{ ref('stg_parties__identities') }}

),

-- what carries no date holds since ever
stated as (

    select
        identities.party_id,
        identities.merged_into_party_id,
        coalesce(
            {{ local_date('coalesce(identities.merged_at, identities.valid_from)') }},
            cast('1900-01-01' as date)
        ) as known_on

    from identities
    cross join parameters
    where identities.merged_into_party_id is not null

),

-- a record that is "merged into itself" stands alone again: what linked it until that day is off
separations as (

    select
        stated.party_id,
        max(stated.known_on) as alone_since

    from stated
    cross join parameters
    where
        stated.merged_into_party_id = stated.party_id
        and stated.known_on <= parameters.as_of_date
    group by stated.party_id

),

stated_merges as (

    select
        stated.party_id,
        stated.merged_into_party_id as other_party_id,
        min(stated.known_on) as known_from,
        max(stated.known_on) as last_known_on

    from stated
    cross join parameters
    where
        stated.merged_into_party_id != stated.party_id
        and stated.known_on <= parameters.as_of_date
    group by stated.party_id, stated.merged_into_party_id

),

owned as (

    select
        identities.party_id,
        identities.identifier_type,
        identities.identifier,
        {{ local_date('identities.valid_from') }} as known_on

    from identities
    cross join parameters
    union all
    select
        parties.party_id,
        'email' as identifier_type,
        parties.email as identifier,
        {{ local_date('parties.created_at') }} as known_on

    from parties
    cross join parameters
    where parties.email is not null

),

dated as (

    select
        party_id,
        identifier_type,
        identifier,
        coalesce(known_on, cast('1900-01-01' as date)) as known_on

    from owned

),

-- test parties are merged with nobody
owners as (

    select
        dated.party_id,
        dated.identifier_type,
        dated.identifier,
        min(dated.known_on) as known_from,
        max(dated.known_on) as last_known_on

    from dated
    left join parties on dated.party_id = parties.party_id
    cross join parameters
    where
        not coalesce(parties.is_test, false)
        and dated.known_on <= parameters.as_of_date
    group by dated.party_id, dated.identifier_type, dated.identifier

),

shared_identifiers as (

    select
        identifier_type,
        identifier

    from owners
    group by identifier_type, identifier
    having count(*) > 1

),

parted as (

    select
        owners.*,
        coalesce(separations.alone_since >= owners.last_known_on, false) as is_taken_back

    from owners
    inner join shared_identifiers
        on
            owners.identifier_type = shared_identifiers.identifier_type
            and owners.identifier = shared_identifiers.identifier
    left join separations on owners.party_id = separations.party_id

),

-- two owners of one identifier are linked since the later of them had it; of several, each is
-- linked with the one of the smallest id
shared as (

    select
        *,
        count(*) over (partition by identifier_type, identifier, is_taken_back) as sharing,
        min(party_id) over (partition by identifier_type, identifier) as least_party_id,
        max(party_id) over (partition by identifier_type, identifier) as greatest_party_id,
        min(party_id) over (partition by identifier_type, identifier, is_taken_back)
            as first_party_id,
        case
            when
                row_number() over (
                    partition by identifier_type, identifier, is_taken_back
                    order by known_from, party_id
                ) > 1
                then known_from
            else
                lead(known_from) over (
                    partition by identifier_type, identifier, is_taken_back
                    order by known_from, party_id
                )
        end as shared_from

    from parted

),

edges as (

    select
        shared.party_id,
        case
            when not shared.is_taken_back then shared.first_party_id
            when shared.party_id = shared.least_party_id then shared.greatest_party_id
            else shared.least_party_id
        end as other_party_id,
        'shared identifier' as evidence,
        shared.identifier_type,
        shared.identifier,
        case when shared.is_taken_back then shared.known_from else shared.shared_from end
            as known_from,
        shared.sharing as parties_sharing,
        case
            when shared.is_taken_back then 'taken back'
            when
                shared.sharing > parameters.identity_max_parties_per_identifier
                then 'shared by too many'
            else 'stands'
        end as status

    from shared
    cross join parameters
    where
        shared.is_taken_back
        or shared.party_id != shared.first_party_id
    union all
    select
        stated_merges.party_id,
        stated_merges.other_party_id,
        'stated merge' as evidence,
        cast(null as {{ dbt.type_string() }}) as identifier_type,
        cast(null as {{ dbt.type_string() }}) as identifier,
        stated_merges.known_from,
        cast(null as {{ dbt.type_bigint() }}) as parties_sharing,
        case
            when separations.alone_since >= stated_merges.last_known_on then 'taken back'
            when other_separations.alone_since >= stated_merges.last_known_on then 'taken back'
            else 'stands'
        end as status

    from stated_merges
    left join separations on stated_merges.party_id = separations.party_id
    left join separations as other_separations
        on stated_merges.other_party_id = other_separations.party_id
    left join parties on stated_merges.party_id = parties.party_id
    left join parties as other_parties on stated_merges.other_party_id = other_parties.party_id
    where
        not coalesce(parties.is_test, false)
        and not coalesce(other_parties.is_test, false)

),

final as (

    select
        party_id,
        other_party_id,
        evidence,
        identifier_type,
        identifier,
        case when known_from > cast('1900-01-01' as date) then known_from end as known_from,
        cast(parties_sharing as {{ dbt.type_bigint() }}) as parties_sharing,
        status

    from edges

)

select * from final
