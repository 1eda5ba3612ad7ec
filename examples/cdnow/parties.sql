-- One row per customer of the sample, known from its first purchase on.
with

lines as (

    select regexp_split_to_array(trim(text), '\s+') as fields

    from read_csv(
        getvariable('source') || '/CDNOW_sample.txt',
        header = false,
        delim = '|',
        columns = {'text': 'varchar'}
    )

),

parties as (

    select
        'C' || fields[2] as party_id,
        'customer' as party_type,
        min(strptime(fields[3], '%Y%m%d')) as created_at

    from lines
    group by fields[2]

)

select * from parties order by party_id
