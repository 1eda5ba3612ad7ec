with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

orders as (

    select * from {{ ref('int_orders_valued') }}

),

order_days as (

    select distinct
        party_id,
        ordered_on

    from orders
    where party_id is not null

),

preceded as (

    select
        party_id,
        ordered_on,
        lag(ordered_on) over (partition by party_id order by ordered_on) as previous_ordered_on

    from order_days

),

marked as (

    select
        preceded.party_id,
        preceded.ordered_on,
        case
            when preceded.previous_ordered_on is null then 1
            when
                {{ days_between('preceded.previous_ordered_on', 'preceded.ordered_on') }}
                > parameters.churn_window_days
                then 1
            else 0
        end as starts_spell

    from preceded
    cross join parameters

),

numbered as (

    select
        party_id,
        ordered_on,
        cast(
            sum(starts_spell) over (
                partition by party_id
                order by ordered_on rows between unbounded preceding and current row
            ) as bigint
        ) as spell_number

    from marked

),

spells as (

    select
        party_id,
        spell_number,
        min(ordered_on) as started_on,
        max(ordered_on) as last_ordered_on

    from numbered
    group by party_id, spell_number

),

final as (

    select
        spells.party_id,
        spells.spell_number,
        spells.started_on,
        spells.last_ordered_on,
        case
            when
                {{ days_between('spells.last_ordered_on', 'parameters.as_of_date') }}
                > parameters.churn_window_days
                then {{ add_days('spells.last_ordered_on', 'parameters.churn_window_days + 1') }}
        end as lapsed_on

    from spells
    cross join parameters

)

select * from final
