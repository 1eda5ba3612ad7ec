with

source as (

    select * from {{ source('fits', 'clv_parameters') }}

),

renamed as (

    select

        -- ids
        model,
        basis,
        variation,

        -- numerics
        r,
        alpha,
        s,
        beta,
        a,
        b,
        p,
        q,
        v,
        r_se,
        alpha_se,
        s_se,
        beta_se,
        a_se,
        b_se,
        p_se,
        q_se,
        v_se,
        log_likelihood,
        n_customers,
        sample_fraction,
        time_unit_days,

        -- text
        method,

        -- booleans
        converged,

        -- dates
        fitted_at,
        as_of_date

    from source
    where is_current

)

select * from renamed
