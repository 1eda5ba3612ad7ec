-- An amount whose currency has no rate on its day is in no total: name it rather than lose it.
select
    'orders' as source,
    order_id as id,
    currency,
    ordered_on as day
from {{ ref('int_orders_valued') }}
where rate_to_reporting is null
union all
select
    'refunds' as source,
    refund_id as id,
    currency,
    refunded_on as day
from {{ ref('int_refunds_valued') }}
where rate_to_reporting is null
union all
select
    'relationship_costs' as source,
    cost_id as id,
    currency,
    rated_on as day
from {{ ref('int_costs_converted') }}
where rate_to_reporting is null
union all
select
    'referrals' as source,
    referral_id as id,
    currency,
    first_ordered_on as day
from {{ ref('int_referrals_credited') }}
where rate_to_reporting is null
