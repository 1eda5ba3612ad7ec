-- The costs and the avoided costs of the programmes, if there are any, are those of 'all'; and
-- those of 'all' are the entries of the ledger, each with the share of its months that lies in the
-- window. 1e-4 and 0.01 are for the rounding of shares and instalments.
with

programmes as (

    select
        count(*) as programmes,
        sum(relationship_cost) as relationship_cost,
        sum(earned_insight) as earned_insight,
        sum(allocated_cost) as allocated_cost

    from {{ ref('published_ror_by_programme') }}
    where
        programme_id != 'all'
        and party_type = 'all'
        and segment = 'all'
        and is_latest

),

total as (

    select *
    from {{ ref('published_ror_by_programme') }}
    where
        programme_id = 'all'
        and party_type = 'all'
        and segment = 'all'
        and is_latest

),

entries as (

    select
        costs.amount,
        case when categories.is_spread then parameters.up_front_months else 1 end as months,
        {{ months_between('total.window_start', 'costs.cost_month') }} as starts_after,
        {{ months_between('total.window_start', 'total.window_end') }} as last_month

    from {{ ref('int_costs_converted') }} as costs
    inner join {{ ref('cost_categories') }} as categories on costs.category = categories.category
    cross join {{ ref('int_parameters_resolved') }} as parameters
    cross join total
    where costs.programme_id is not null or not categories.is_acquisition

),

ledger as (

    select
        sum(
            cast(amount as double)
            * greatest(
                0, least(starts_after + months - 1, last_month) - greatest(starts_after, 0) + 1
            )
            / months
        ) as net_cost

    from entries

)

select
    programmes.relationship_cost as cost_of_programmes,
    total.relationship_cost as cost_of_all,
    total.allocated_cost as cost_to_share_out,
    programmes.earned_insight as insight_of_programmes,
    total.earned_insight as insight_of_all,
    programmes.programmes,
    ledger.net_cost as ledger_cost_less_insight

from total
cross join programmes
cross join ledger
where
    (
        programmes.programmes > 0
        and (
            abs(programmes.relationship_cost - total.relationship_cost) > 0.0001
            or abs(programmes.allocated_cost - total.allocated_cost) > 0.0001
            or abs(programmes.earned_insight - total.earned_insight) > 0.0001
        )
    )
    or abs(
        cast(total.relationship_cost as double)
        - total.earned_insight
        - coalesce(ledger.net_cost, 0)
    ) > 0.01
