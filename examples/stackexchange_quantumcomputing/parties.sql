-- One row per user. The account -1 is the site's own: it owns tag wikis and gives badges.
with

users as (

    select * from read_parquet(getvariable('source') || '/users.parquet')

),

parties as (

    select
        'U' || Id as party_id,
        case when Id = -1 then 'employee' else 'community_member' end as party_type,
        CreationDate as created_at

    from users

)

select * from parties order by party_id
