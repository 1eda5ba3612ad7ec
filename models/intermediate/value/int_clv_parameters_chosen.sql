with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

fits as (

    select * from {{ ref('stg_value__clv_parameters') }}

),

of_this_date as (

    select
        fits.*,
        parameters.clv_default_model,
        case
            when fits.basis = 'score' then parameters.clv_horizon_days
            else parameters.clv_holdout_days
        end / fits.time_unit_days as horizon,
        -- continuous rate per unit of time; what is held against a holdout is not discounted
        case
            when fits.basis = 'score'
                then ln(1 + parameters.clv_discount_rate) * fits.time_unit_days / 365.25
            else 0
        end as discount

    from fits
    inner join parameters on fits.as_of_date = parameters.as_of_date
    where
        fits.converged
        and (
            (fits.basis = 'score' and fits.fitted_at = parameters.as_of_date)
            or (
                fits.basis = 'calibration'
                and fits.fitted_at
                = {{ add_days('parameters.as_of_date', '-parameters.clv_holdout_days') }}
            )
        )

),

ranked as (

    select
        basis,
        model,
        variation,
        r,
        alpha,
        s,
        beta,
        a,
        b,
        p,
        q,
        v,
        time_unit_days,
        horizon,
        discount,
        case
            when model in ('pareto_nbd', 'bg_nbd')
                then row_number() over (
                    partition by basis, variation, model in ('pareto_nbd', 'bg_nbd')
                    order by case when model = clv_default_model then 0 else 1 end, model
                ) = 1
            else false
        end as is_default

    from of_this_date

),

-- where a customer's value is scored, the variations of the default model are enough
final as (

    select * from ranked
    where
        is_default
        or variation = 0
        or basis = 'calibration'

)

select * from final
