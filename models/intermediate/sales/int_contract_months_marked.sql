with

terms as (

    select * from {{ ref('int_subscription_terms_dated') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

contracts as (

    select
        party_id,
        valid_from,
        valid_until

    from terms
    where is_under_contract

),

-- what happens at midnight of the first belongs to the month that it opens, so a contract is held
-- at a boundary when it began before it and lasted at least up to it
month_starts as (

    select
        months.month,
        months.next_month,
        months.is_month_complete,
        contracts.party_id,
        max(
            case
                when
                    contracts.valid_from < cast(months.next_month as timestamp)
                    and contracts.valid_until >= cast(months.next_month as timestamp)
                    then 1
                else 0
            end
        ) as is_held_at_end,
        max(
            case
                when
                    contracts.valid_from < cast(months.month as timestamp)
                    and contracts.valid_until >= cast(months.month as timestamp)
                    then 1
                else 0
            end
        ) as is_held_at_start

    from months
    inner join contracts
        on
            contracts.valid_from < cast(months.next_month as timestamp)
            and contracts.valid_until >= cast(months.month as timestamp)
    group by months.month, months.next_month, months.is_month_complete, contracts.party_id

),

final as (

    select
        month_starts.party_id,
        parties.segment,
        month_starts.month,
        month_starts.is_month_complete,
        month_starts.is_held_at_start = 1 as is_held_at_start,
        month_starts.is_held_at_end = 1 as is_held_at_end

    from month_starts
    inner join parties on month_starts.party_id = parties.party_id

)

select * from final
