-- One row per invoice that is neither a cancellation (C…) nor an adjustment of bad debt (A…).
-- Amounts are the sum of the lines; discounts and costs are not in the file. Times are as delivered.
with

lines as (

    select * from read_parquet(getvariable('source') || '/online_retail.parquet')

),

orders as (

    select
        InvoiceNo as order_id,
        cast(min(CustomerID) as varchar) as party_id,
        min(InvoiceDate) as ordered_at,
        cast(sum(Quantity * cast(UnitPrice as decimal(18, 4))) as decimal(18, 4)) as gross_amount,
        cast(0 as decimal(18, 4)) as discount_amount,
        cast(sum(Quantity * cast(UnitPrice as decimal(18, 4))) as decimal(18, 4)) as net_amount,
        'GBP' as currency

    from lines
    where left(InvoiceNo, 1) not in ('C', 'A')
    group by InvoiceNo

)

select * from orders order by order_id
