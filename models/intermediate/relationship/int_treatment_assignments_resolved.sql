with

assignments as (

    select * from {{ ref('stg_relationship__treatment_assignments') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

joined as (

    select
        assignments.*,
        coalesce(merged_parties.resolved_party_id, assignments.party_id) as resolved_party_id

    from assignments
    left join merged_parties on assignments.party_id = merged_parties.party_id

),

followed as (

    select
        *,
        first_value(party_id) over (
            partition by resolved_party_id, programme_id
            order by assigned_at asc, arm desc, party_id asc
            rows between unbounded preceding and current row
        ) as first_party_id

    from joined

),

-- of several records of one party the one assigned first speaks for it; at once, the treated one
final as (

    select
        resolved_party_id as party_id,
        programme_id,
        arm,
        is_randomised,
        assigned_at

    from followed
    where party_id = first_party_id

)

select * from final
