select
    cast(party_id as string) as party_id,
    cast(resolved_party_id as string) as resolved_party_id,
    cast(parties as bigint) as parties,
    cast(stated_merges as bigint) as stated_merges,
    cast(shared_identifiers as bigint) as shared_identifiers,
    cast(linked_from as date) as linked_from,
    cast(as_of_date as date) as as_of_date

from {{ ref('party_merges') }}
