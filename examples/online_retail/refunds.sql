-- One row per cancelled line (C…: the file has no link to the order) and per adjustment of bad debt (A…).
-- The positive adjustment reverses one of the negative ones, so its amount is negative here.
with

lines as (

    select * from read_parquet(getvariable('source') || '/online_retail.parquet', file_row_number = true)

),

refunds as (

    select
        InvoiceNo || '-' || file_row_number as refund_id,
        cast(CustomerID as varchar) as party_id,
        InvoiceDate as refunded_at,
        cast(-Quantity * cast(UnitPrice as decimal(18, 4)) as decimal(18, 4)) as amount,
        'GBP' as currency,
        case when left(InvoiceNo, 1) = 'C' then 'cancellation' else 'bad debt' end as reason

    from lines
    where left(InvoiceNo, 1) in ('C', 'A')

)

select * from refunds order by refund_id
