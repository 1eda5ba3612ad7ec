select
    cast(review_id as string) as review_id,
    cast(reason as string) as reason,
    cast(identifier_type as string) as identifier_type,
    cast(first_party_id as string) as first_party_id,
    cast(last_party_id as string) as last_party_id,
    cast(parties as bigint) as parties,
    cast(max_parties as bigint) as max_parties,
    cast(known_from as date) as known_from,
    cast(as_of_date as date) as as_of_date

from {{ ref('identity_reviews') }}
