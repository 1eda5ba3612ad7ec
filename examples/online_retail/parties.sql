-- One row per customer: every CustomerID with an invoice or a cancellation.
with

lines as (

    select * from read_parquet(getvariable('source') || '/online_retail.parquet', file_row_number = true)

),

customers as (

    select
        cast(CustomerID as varchar) as party_id,
        'customer' as party_type,
        min(InvoiceDate) as created_at,
        arg_max(Country, file_row_number) as country

    from lines
    where CustomerID is not null
    group by CustomerID

)

select * from customers order by party_id
