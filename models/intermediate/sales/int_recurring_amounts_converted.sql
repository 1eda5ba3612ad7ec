with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

terms as (

    select * from {{ ref('int_subscription_terms_dated') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_ranged') }}

),

-- as in int_contract_months_marked, midnight of the first belongs to the month that it opens
terms_by_month as (

    select
        months.month,
        months.next_month,
        terms.party_id,
        terms.currency,
        terms.recurring_amount,
        terms.valid_from < cast(months.month as timestamp)
        and terms.valid_until >= cast(months.month as timestamp) as is_opening,
        terms.valid_from < cast(months.next_month as timestamp)
        and terms.valid_until >= cast(months.next_month as timestamp) as is_closing,
        row_number() over (
            partition by months.month, terms.subscription_id
            order by terms.valid_from desc, terms.changed_at desc
        ) as place_from_last

    from months
    inner join terms
        on
            terms.valid_from < cast(months.next_month as timestamp)
            and terms.valid_until >= cast(months.month as timestamp)
    where terms.is_under_contract

),

summed as (

    select
        terms_by_month.month,
        terms_by_month.next_month,
        terms_by_month.party_id,
        terms_by_month.currency,
        cast(
            sum(case when terms_by_month.is_opening then terms_by_month.recurring_amount else 0 end)
            as decimal(18, 4)
        ) as opening_in_currency,
        cast(
            sum(case when terms_by_month.is_closing then terms_by_month.recurring_amount else 0 end)
            as decimal(18, 4)
        ) as closing_in_currency,
        cast(
            sum(
                case
                    when terms_by_month.place_from_last = 1 then terms_by_month.recurring_amount
                    else 0
                end
            ) as decimal(18, 4)
        ) as last_in_currency

    from terms_by_month
    inner join parties on terms_by_month.party_id = parties.party_id
    group by
        terms_by_month.month,
        terms_by_month.next_month,
        terms_by_month.party_id,
        terms_by_month.currency

),

rated as (

    select
        summed.party_id,
        summed.month,
        summed.currency,
        summed.opening_in_currency,
        summed.closing_in_currency,
        summed.last_in_currency,
        {{ add_days('summed.month', '0 - 1') }} as opening_rated_on,
        least({{ add_days('summed.next_month', '0 - 1') }}, parameters.as_of_date)
            as closing_rated_on

    from summed
    cross join parameters

),

-- an amount of 0 needs no rate
converted as (

    select
        rated.party_id,
        rated.month,
        rated.currency,
        rated.opening_rated_on,
        rated.closing_rated_on,
        rated.opening_in_currency,
        rated.closing_in_currency,
        case
            when rated.opening_in_currency = 0 then cast(0 as decimal(18, 4))
            else
                cast(
                    {{ multiply_exactly(
                        'rated.opening_in_currency', 'opening_rates.rate_to_reporting'
                    ) }} as decimal(18, 4)
                )
        end as opening_amount,
        case
            when rated.closing_in_currency = 0 then cast(0 as decimal(18, 4))
            else
                cast(
                    {{ multiply_exactly(
                        'rated.closing_in_currency', 'closing_rates.rate_to_reporting'
                    ) }} as decimal(18, 4)
                )
        end as closing_amount,
        case
            when rated.opening_in_currency != 0
                then
                    cast(
                        {{ multiply_exactly(
                            'rated.closing_in_currency', 'opening_rates.rate_to_reporting'
                        ) }}
                        as decimal(18, 4)
                    )
        end as closing_amount_at_opening_rate,
        case
            when rated.last_in_currency = 0 then cast(0 as decimal(18, 4))
            else
                cast({{ multiply_exactly(
                    'rated.last_in_currency', 'closing_rates.rate_to_reporting'
                ) }} as decimal(18, 4))
        end as last_amount

    from rated
    left join exchange_rates as opening_rates
        on
            rated.currency = opening_rates.currency
            and rated.opening_rated_on >= opening_rates.valid_from
            and rated.opening_rated_on < opening_rates.valid_until
    left join exchange_rates as closing_rates
        on
            rated.currency = closing_rates.currency
            and rated.closing_rated_on >= closing_rates.valid_from
            and rated.closing_rated_on < closing_rates.valid_until

),

final as (

    select
        party_id,
        month,
        currency,
        opening_rated_on,
        closing_rated_on,
        opening_in_currency,
        closing_in_currency,
        opening_amount,
        closing_amount,
        coalesce(closing_amount_at_opening_rate, closing_amount) as closing_amount_at_opening_rate,
        last_amount

    from converted

)

select * from final
