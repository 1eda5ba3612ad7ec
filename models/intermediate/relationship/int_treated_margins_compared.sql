with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

treatments as (

    select * from {{ ref('int_treatments_started') }}

),

windows as (

    select * from {{ ref('int_programme_windows_set') }}

),

customer_months as (

    select * from {{ ref('int_customer_months_filled') }}

),

credited_referrals as (

    select * from {{ ref('int_referrals_credited') }}

),

-- the margin of a referred customer is counted as referral margin, so not here
referred as (

    select distinct referred_party_id as party_id from credited_referrals

),

in_window as (

    select
        treatments.party_id,
        treatments.programme_id,
        treatments.treated_month

    from treatments
    inner join windows
        on
            treatments.programme_id = windows.programme_id
            and treatments.treated_month >= windows.window_start
            and treatments.treated_month <= windows.window_end
    left join referred on treatments.party_id = referred.party_id
    where referred.party_id is null

),

compared as (

    select
        in_window.party_id,
        in_window.programme_id,
        in_window.treated_month,
        min(customer_months.cohort_month) as cohort_month,
        sum(
            case
                when
                    customer_months.month < in_window.treated_month
                    then customer_months.margin_amount
                else 0
            end
        ) as margin_before,
        sum(
            case
                when
                    customer_months.month >= in_window.treated_month
                    then customer_months.margin_amount
                else 0
            end
        ) as margin_after

    from in_window
    cross join parameters
    inner join customer_months
        on
            in_window.party_id = customer_months.party_id
            and customer_months.month
            >= {{ add_months('in_window.treated_month', '0 - parameters.uplift_horizon_months') }}
            and customer_months.month
            < {{ add_months('in_window.treated_month', 'parameters.uplift_horizon_months') }}
    group by in_window.party_id, in_window.programme_id, in_window.treated_month

),

final as (

    select
        compared.party_id,
        compared.programme_id,
        compared.treated_month,
        cast(compared.margin_before as decimal(18, 4)) as margin_before,
        cast(compared.margin_after as decimal(18, 4)) as margin_after,
        cast(compared.margin_after - compared.margin_before as decimal(18, 4)) as margin_change

    from compared
    cross join parameters
    where
        compared.cohort_month
        <= {{ add_months('compared.treated_month', '0 - parameters.uplift_horizon_months') }}

)

select * from final
