with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

reviews as (

    select * from {{ ref('int_identity_reviews_listed') }}

),

final as (

    select
        reviews.review_id,
        reviews.reason,
        reviews.identifier_type,
        reviews.first_party_id,
        reviews.last_party_id,
        reviews.parties,
        reviews.max_parties,
        reviews.known_from,
        parameters.as_of_date

    from reviews
    cross join parameters

)

select * from final
