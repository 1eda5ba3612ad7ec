-- a table, as relationship_scorecard reads it too
{{ config(materialized="table") }}

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

alive as (

    select * from {{ ref('int_customers_alive_counted') }}

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
        alive.customers_to_date,
        alive.active_customers,
        {{ safe_divide('alive.active_customers', 'alive.customers_to_date') }}
            as share_active_by_window,
        alive.expected_alive_customers,
        {{ safe_divide('alive.expected_alive_customers', 'alive.customers_to_date') }}
            as share_alive,
        case
            when alive.deviation_of_alive is not null
                then
                    greatest(
                        alive.expected_alive_customers
                        - parameters.confidence_z * alive.deviation_of_alive,
                        0
                    ) / alive.customers_to_date
        end as share_alive_low,
        case
            when alive.deviation_of_alive is not null
                then
                    least(
                        alive.expected_alive_customers
                        + parameters.confidence_z * alive.deviation_of_alive,
                        alive.customers_to_date
                    ) / alive.customers_to_date
        end as share_alive_high,
        counted.is_month_complete,
        parameters.as_of_date

    from counted
    cross join parameters
    left join alive
        on
            counted.segment = alive.segment
            and counted.basis = 'inactivity'
            and counted.month = {{ trunc_date('month', 'parameters.as_of_date') }}

)

select * from final
