with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

fx_rates as (

    select * from {{ ref('stg_sales__fx_rates') }}

),

followed as (

    select
        currency,
        rate_date,
        rate_to_reporting,
        lead(rate_date) over (partition by currency order by rate_date) as next_rate_date

    from fx_rates

),

delivered as (

    select
        followed.currency,
        followed.rate_date as valid_from,
        least(
            coalesce(
                followed.next_rate_date,
                {{ add_days('followed.rate_date', 'parameters.fx_max_age_days + 1') }}
            ),
            {{ add_days('followed.rate_date', 'parameters.fx_max_age_days + 1') }}
        ) as valid_until,
        followed.rate_to_reporting

    from followed
    cross join parameters
    where followed.currency != parameters.reporting_currency

),

reporting as (

    select
        reporting_currency as currency,
        cast('1900-01-01' as date) as valid_from,
        cast('2200-01-01' as date) as valid_until,
        cast(1 as decimal(18, 8)) as rate_to_reporting

    from parameters

),

final as (

    select * from delivered
    union all
    select * from reporting

)

select * from final
