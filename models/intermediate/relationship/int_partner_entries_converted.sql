with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

entries as (

    select * from {{ ref('int_partner_ledger_resolved') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_ranged') }}

),

final as (

    select
        entries.entry_id,
        entries.partner_party_id,
        {{ trunc_date('quarter', 'entries.entry_month') }} as quarter,
        entries.side,
        entries.kind,
        entries.currency,
        entries.entry_month as rated_on,
        exchange_rates.rate_to_reporting,
        cast(
            {{ multiply_exactly(
                'entries.amount', 'exchange_rates.rate_to_reporting'
            ) }} as decimal(18, 4)
        ) as amount

    from entries
    cross join parameters
    left join exchange_rates
        on
            entries.currency = exchange_rates.currency
            and entries.entry_month >= exchange_rates.valid_from
            and entries.entry_month < exchange_rates.valid_until
    where entries.entry_month <= parameters.as_of_date

)

select * from final
