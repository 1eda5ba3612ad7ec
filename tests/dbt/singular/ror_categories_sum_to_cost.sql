select
    programme_id,
    window_end,
    relationship_cost,
    cost_up_front + cost_ongoing + cost_pr + cost_support
    + cost_research + cost_product + cost_acquisition + cost_incentive as cost_of_categories
from {{ ref('published_ror_by_programme') }}
where
    relationship_cost
    != cost_up_front + cost_ongoing + cost_pr + cost_support
    + cost_research + cost_product + cost_acquisition + cost_incentive
