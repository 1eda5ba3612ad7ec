with

parties as (

    select * from {{ ref('stg_parties__parties') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

ranked as (

    select
        coalesce(merged_parties.resolved_party_id, parties.party_id) as party_id,
        parties.party_type,
        parties.country,
        parties.segment,
        parties.acquisition_channel,
        parties.acquisition_programme_id,
        parties.is_test,
        parties.created_at,
        case parties.party_type
            when 'employee' then 1
            when 'partner' then 2
            when 'customer' then 3
            else 4
        end as type_place,
        row_number() over (
            partition by coalesce(merged_parties.resolved_party_id, parties.party_id)
            order by parties.created_at, parties.party_id
        ) as place

    from parties
    left join merged_parties on parties.party_id = merged_parties.party_id

),

-- the channel and the programme that brought the party come from one record
first_places as (

    select
        party_id,
        min(type_place) as type_place,
        min(case when country is not null then place end) as country_place,
        min(case when segment is not null then place end) as segment_place,
        min(case when acquisition_channel is not null then place end) as channel_place

    from ranked
    group by party_id

),

final as (

    select
        ranked.party_id,
        max(
            case when ranked.type_place = first_places.type_place then ranked.party_type end
        ) as party_type,
        max(case when ranked.place = first_places.country_place then ranked.country end)
            as country,
        max(case when ranked.place = first_places.segment_place then ranked.segment end)
            as segment,
        max(
            case
                when ranked.place = first_places.channel_place then ranked.acquisition_channel
            end
        ) as acquisition_channel,
        max(
            case
                when ranked.place = coalesce(first_places.channel_place, 1)
                    then ranked.acquisition_programme_id
            end
        ) as acquisition_programme_id,
        max(case when ranked.is_test then 1 else 0 end) = 1 as is_test,
        min(ranked.created_at) as created_at

    from ranked
    inner join first_places on ranked.party_id = first_places.party_id
    group by ranked.party_id

)

select * from final
