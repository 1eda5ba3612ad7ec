-- One row per line of the sample: customer in the master file, customer in the sample, day, CDs, dollars. No times.
with

lines as (

    select
        row_number() over () as line,
        regexp_split_to_array(trim(text), '\s+') as fields

    from read_csv(
        getvariable('source') || '/CDNOW_sample.txt',
        header = false,
        delim = '|',
        columns = {'text': 'varchar'},
        parallel = false
    )

),

orders as (

    select
        'L' || lpad(cast(line as varchar), 5, '0') as order_id,
        'C' || fields[2] as party_id,
        strptime(fields[3], '%Y%m%d') as ordered_at,
        cast(fields[5] as decimal(18, 4)) as gross_amount,
        cast(0 as decimal(18, 4)) as discount_amount,
        cast(fields[5] as decimal(18, 4)) as net_amount,
        'USD' as currency

    from lines

)

select * from orders order by order_id
