with

party_months as (

    select * from {{ ref('int_party_months_listed') }}

),

histories as (

    select * from {{ ref('int_purchase_histories_dated') }}

),

scores as (

    select * from {{ ref('int_pareto_nbd_scored') }}
    where
        basis = 'score'
        and variation = 0

),

contract_months as (

    select * from {{ ref('int_contract_months_marked') }}

),

first_contracts as (

    select
        party_id,
        min(month) as month

    from contract_months
    group by party_id

),

measured as (

    select
        party_months.party_id,
        party_months.month,
        scores.p_alive,
        coalesce(contract_months.is_held_at_end, false) as is_under_contract,
        first_contracts.party_id is not null as has_had_contract

    from party_months
    left join histories
        on
            party_months.party_id = histories.party_id
            and party_months.month = histories.month
    left join scores
        on
            histories.frequency = scores.frequency
            and histories.recency_days = scores.recency_days
            and histories.age_days = scores.age_days
    left join contract_months
        on
            party_months.party_id = contract_months.party_id
            and party_months.month = contract_months.month
    left join first_contracts
        on
            party_months.party_id = first_contracts.party_id
            and party_months.month >= first_contracts.month

),

final as (

    select
        party_id,
        month,
        p_alive,
        is_under_contract,
        case
            when is_under_contract then cast(1 as double)
            when p_alive is not null then p_alive
            when has_had_contract then cast(0 as double)
        end as loyalty

    from measured

)

select * from final
