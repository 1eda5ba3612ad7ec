{%- set names = ["r", "alpha", "s", "beta", "a", "b", "p", "q", "v"] %}
{%- set columns = [] %}
{%- set errors = [] %}
{%- for name in names %}
    {%- do columns.append("fits." ~ name) %}
    {%- do errors.append("fits." ~ name ~ "_se") %}
{%- endfor %}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

fits as (

    select * from {{ ref('stg_value__clv_parameters') }}

),

final as (

    select
        fits.model,
        fits.basis,
        fits.fitted_at,
        case when fits.log_likelihood is not null then {{ json_object(names, columns) }} end
            as parameters,
        case when fits.log_likelihood is not null then {{ json_object(names, errors) }} end
            as standard_errors,
        fits.r,
        fits.r_se,
        fits.alpha,
        fits.alpha_se,
        fits.s,
        fits.s_se,
        fits.beta,
        fits.beta_se,
        fits.a,
        fits.a_se,
        fits.b,
        fits.b_se,
        fits.p,
        fits.p_se,
        fits.q,
        fits.q_se,
        fits.v,
        fits.v_se,
        fits.log_likelihood,
        fits.n_customers,
        fits.sample_fraction,
        fits.converged,
        fits.method,
        fits.time_unit_days,
        fits.as_of_date

    from fits
    inner join parameters on fits.as_of_date = parameters.as_of_date
    where
        fits.variation = 0
        and (
            (fits.basis = 'score' and fits.fitted_at = parameters.as_of_date)
            or (
                fits.basis = 'calibration'
                and parameters.clv_holdout_days > 0
                and fits.fitted_at
                = {{ add_days('parameters.as_of_date', '-parameters.clv_holdout_days') }}
            )
        )

)

select * from final
