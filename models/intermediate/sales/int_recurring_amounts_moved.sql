with

amounts as (

    select * from {{ ref('int_recurring_amounts_converted') }}

),

contract_months as (

    select * from {{ ref('int_contract_months_marked') }}

),

summed as (

    select
        party_id,
        month,
        sum(opening_amount) as opening_amount,
        sum(closing_amount) as closing_amount,
        sum(closing_amount_at_opening_rate) as closing_amount_at_opening_rate,
        sum(last_amount) as last_amount

    from amounts
    group by party_id, month

),

preceded as (

    select
        *,
        min(month) over (partition by party_id) as first_month

    from contract_months

),

joined as (

    select
        preceded.party_id,
        preceded.segment,
        preceded.month,
        preceded.is_month_complete,
        preceded.is_held_at_start,
        preceded.is_held_at_end,
        preceded.first_month < preceded.month as was_held_before,
        summed.opening_amount,
        summed.closing_amount,
        summed.closing_amount_at_opening_rate,
        summed.last_amount

    from preceded
    inner join summed
        on preceded.party_id = summed.party_id and preceded.month = summed.month

),

final as (

    select
        party_id,
        segment,
        month,
        is_month_complete,
        is_held_at_start,
        is_held_at_end,
        case
            when is_held_at_start and not is_held_at_end then 'churned'
            when is_held_at_start and closing_amount_at_opening_rate > opening_amount
                then 'expansion'
            when is_held_at_start and closing_amount_at_opening_rate < opening_amount
                then 'contraction'
            when is_held_at_start then 'unchanged'
            when was_held_before then 'reactivation'
            else 'new'
        end as movement,
        not is_held_at_start and not is_held_at_end as is_within_month,
        opening_amount,
        closing_amount,
        case
            when is_held_at_start or is_held_at_end
                then closing_amount_at_opening_rate - opening_amount
            else last_amount
        end as movement_amount,
        closing_amount - closing_amount_at_opening_rate as currency_amount

    from joined

)

select * from final
