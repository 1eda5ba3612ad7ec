with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

customer_movements as (

    select * from {{ ref('int_recurring_amounts_moved') }}

),

-- a customer who came and went within the month is in two movements that cancel out
booked as (

    select
        segment,
        month,
        movement,
        is_within_month,
        movement_amount as amount

    from customer_movements
    where movement != 'unchanged'
    union all
    select
        segment,
        month,
        'churned' as movement,
        is_within_month,
        -movement_amount as amount

    from customer_movements
    where is_within_month
    union all
    select
        segment,
        month,
        'currency' as movement,
        is_within_month,
        currency_amount as amount

    from customer_movements
    where currency_amount != 0

),

movements_summed as (

    select
        month,
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        movement,
        count(*) as customers,
        sum(amount) as amount,
        sum(case when is_within_month then 1 else 0 end) as customers_within_month,
        sum(case when is_within_month then amount else 0 end) as amount_within_month

    from booked
    group by grouping sets ((month, movement), (month, segment, movement))

),

levels_summed as (

    select
        month,
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        sum(opening_amount) as opening_mrr,
        sum(closing_amount) as closing_mrr

    from customer_movements
    group by grouping sets ((month), (month, segment))

),

segments as (

    select
        segment,
        min(month) as first_month

    from levels_summed
    group by segment

),

movements as (

    select 'new' as movement
    union all
    select 'expansion' as movement
    union all
    select 'contraction' as movement
    union all
    select 'churned' as movement
    union all
    select 'reactivation' as movement
    union all
    select 'currency' as movement

),

spine as (

    select
        months.month,
        months.is_month_complete,
        segments.segment,
        movements.movement

    from months
    inner join segments on months.month >= segments.first_month
    cross join movements

),

final as (

    select
        spine.month,
        spine.segment,
        spine.movement,
        cast(coalesce(movements_summed.customers, 0) as bigint) as customers,
        coalesce(movements_summed.amount, 0) as amount,
        cast(coalesce(movements_summed.customers_within_month, 0) as bigint)
            as customers_within_month,
        coalesce(movements_summed.amount_within_month, 0) as amount_within_month,
        coalesce(levels_summed.opening_mrr, 0) as opening_mrr,
        coalesce(levels_summed.closing_mrr, 0) as closing_mrr,
        spine.is_month_complete,
        parameters.as_of_date

    from spine
    cross join parameters
    left join movements_summed
        on
            spine.month = movements_summed.month
            and spine.segment = movements_summed.segment
            and spine.movement = movements_summed.movement
    left join levels_summed
        on spine.month = levels_summed.month and spine.segment = levels_summed.segment

)

select * from final
