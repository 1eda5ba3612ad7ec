with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

months as (

    select * from {{ ref('int_months_listed') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

reference_periods as (

    select
        coalesce(
            cast(nullif(max(parameters.score_reference_first_month), 'first') as date),
            min(months.month)
        ) as first_month

    from months
    cross join parameters

),

-- a score is shown beside that of three months before
framed as (

    select
        months.month,
        least({{ add_days('months.next_month', -1) }}, parameters.as_of_date) as month_end,
        {{ months_between('months.month', 'parameters.as_of_date') }} < parameters.score_months
            as is_shown,
        {{ months_between('months.month', 'parameters.as_of_date') }} < parameters.score_months + 3
            as is_compared,
        months.month >= reference_periods.first_month
        and months.month
        < {{ add_months('reference_periods.first_month', 'parameters.score_reference_months') }}
            as is_reference

    from months
    cross join reference_periods
    cross join parameters

),

final as (

    select
        parties.party_id,
        parties.party_type,
        parties.segment,
        framed.month,
        framed.month_end,
        framed.is_shown,
        framed.is_reference

    from parties
    cross join parameters
    inner join framed on {{ local_date('parties.created_at') }} <= framed.month_end
    where
        parties.party_type != 'employee'
        and (framed.is_compared or framed.is_reference)

)

select * from final
