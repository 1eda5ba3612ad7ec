-- A category that the seed does not hold would be in no total.
select
    costs.cost_id,
    costs.category,
    costs.cost_month,
    costs.amount,
    costs.currency
from {{ ref('stg_relationship__relationship_costs') }} as costs
left join {{ ref('cost_categories') }} as categories on costs.category = categories.category
where categories.category is null
