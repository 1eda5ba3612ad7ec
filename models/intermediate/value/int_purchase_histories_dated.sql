with

purchases as (

    select * from {{ ref('int_purchases_merged') }}

),

party_months as (

    select * from {{ ref('int_party_months_listed') }}

),

numbered as (

    select
        party_id,
        purchased_on,
        min(purchased_on) over (partition by party_id) as first_purchased_on,
        lead(purchased_on) over (partition by party_id order by purchased_on) as next_purchased_on,
        row_number() over (partition by party_id order by purchased_on) - 1 as frequency

    from purchases

),

final as (

    select
        party_months.party_id,
        party_months.month,
        cast(numbered.frequency as bigint) as frequency,
        {{ days_between('numbered.first_purchased_on', 'numbered.purchased_on') }} as recency_days,
        {{ days_between('numbered.first_purchased_on', 'party_months.month_end') }} as age_days

    from party_months
    inner join numbered
        on
            party_months.party_id = numbered.party_id
            and party_months.month_end >= numbered.purchased_on
            and coalesce(party_months.month_end < numbered.next_purchased_on, true)

)

select * from final
