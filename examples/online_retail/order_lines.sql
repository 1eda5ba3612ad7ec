-- One row per line of an order; equal lines of one invoice are two lines, told apart by their row in the file.
with

lines as (

    select * from read_parquet(getvariable('source') || '/online_retail.parquet', file_row_number = true)

),

order_lines as (

    select
        InvoiceNo || '-' || file_row_number as line_id,
        InvoiceNo as order_id,
        StockCode as product_id,
        cast(Quantity as decimal(18, 4)) as quantity,
        cast(UnitPrice as decimal(18, 4)) as unit_price

    from lines
    where left(InvoiceNo, 1) not in ('C', 'A')

)

select * from order_lines order by line_id
