with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

customers as (

    select * from {{ ref('int_customers_cohorted') }}

),

spells as (

    select * from {{ ref('int_purchase_spells_split') }}

),

contract_months as (

    select * from {{ ref('int_contract_months_marked') }}

),

inactivity as (

    select
        'inactivity' as basis,
        months.month,
        months.is_month_complete,
        customers.segment,
        spells.lapsed_on is not null and spells.lapsed_on < months.next_month as is_churned

    from months
    inner join spells
        on
            spells.started_on < months.month
            and (spells.lapsed_on is null or spells.lapsed_on >= months.month)
    inner join customers on spells.party_id = customers.party_id

),

contract as (

    select
        'contract' as basis,
        month,
        is_month_complete,
        segment,
        not is_held_at_end as is_churned

    from contract_months
    where is_held_at_start

),

at_risk as (

    select * from inactivity
    union all
    select * from contract

),

counted as (

    select
        basis,
        month,
        is_month_complete,
        case when grouping(segment) = 1 then 'all' else segment end as segment,
        count(*) as customers_at_risk,
        sum(case when is_churned then 1 else 0 end) as churned_customers

    from at_risk
    group by grouping sets (
        (basis, month, is_month_complete),
        (basis, month, is_month_complete, segment)
    )

),

final as (

    select
        counted.month,
        counted.segment,
        counted.basis,
        counted.customers_at_risk,
        counted.churned_customers,
        {{ safe_divide('counted.churned_customers', 'counted.customers_at_risk') }} as churn_rate,
        {{ wilson_low(
            'counted.churned_customers', 'counted.customers_at_risk', 'parameters.confidence_z'
        ) }}
            as churn_low,
        {{ wilson_high(
            'counted.churned_customers', 'counted.customers_at_risk', 'parameters.confidence_z'
        ) }}
            as churn_high,
        case when counted.basis = 'inactivity' then parameters.churn_window_days end
            as churn_window_days,
        counted.is_month_complete,
        parameters.as_of_date

    from counted
    cross join parameters

)

select * from final
