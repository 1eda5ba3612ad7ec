-- One row per page: what a page posts is the brand's own.
with

posts as (

    select * from read_csv(getvariable('source') || '/Live.csv', header = true, all_varchar = true)

),

pages as (

    select
        split_part(status_id, '_', 1) as party_id,
        'employee' as party_type,
        min(strptime(status_published, '%m/%d/%Y %H:%M')) as created_at

    from posts
    group by split_part(status_id, '_', 1)

)

select * from pages order by party_id
