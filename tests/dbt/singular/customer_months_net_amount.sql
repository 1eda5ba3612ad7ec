-- net = gross - discount - refund, and no amount is missing.
select
    party_id,
    month,
    gross_amount,
    discount_amount,
    refunded_amount,
    net_amount,
    margin_amount
from {{ ref('published_customer_months') }}
where
    net_amount is distinct from gross_amount - discount_amount - refunded_amount
    or margin_amount is null
