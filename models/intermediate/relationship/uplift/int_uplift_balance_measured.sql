{% set covariates = [
    "tenure_days", "days_since_order", "days_since_sign", "orders_before", "margin_before",
    "engagement_rate", "sentiment_before", "programmes_before"
] -%}
{% set squares = {"orders_before": "orders_square", "margin_before": "square_before"} -%}
with

windows as (

    select * from {{ ref('int_programme_windows_set') }}

),

cells as (

    select * from {{ ref('int_uplift_cells_summed') }}
    where design = 'observed'

),

merged as (

    select * from {{ ref('int_uplift_strata_merged') }}
    where
        design = 'observed'
        and stratification = 'full'

),

strata as (

    select * from {{ ref('int_uplift_strata_averaged') }}
    where
        design = 'observed'
        and stratification = 'full'

),

placed as (

    select
        cells.*,
        strata.level,
        strata.stratum,
        strata.n_treated,
        strata.n_control

    from cells
    inner join merged
        on
            cells.programme_id = merged.programme_id
            and cells.treated_month = merged.treated_month
            and cells.full_stratum = merged.full_stratum
            and cells.purchase_stratum = merged.purchase_stratum
    inner join strata
        on
            merged.programme_id = strata.programme_id
            and merged.treated_month = strata.treated_month
            and merged.level = strata.level
            and merged.stratum = strata.stratum

),

-- the controls of a stratum weigh as its treated
weighed as (

    select
        programme_id,
        treated_month,
        acquisition_channel,
        is_treated,
        {%- for covariate in covariates %}
            cast({{ covariate }} as double) as {{ covariate }},
            cast({{ squares.get(covariate, covariate ~ "_square") }} as double)
                as {{ covariate }}_square,
        {%- endfor %}
        parties,
        case when is_treated then 1 else cast(n_treated as double) / n_control end as weight

    from placed

),

summed as (

    select
        windows.window_month,
        weighed.programme_id,
        weighed.is_treated,
        {%- for covariate in covariates %}
            {{ sum_exactly('weighed.weight * weighed.' ~ covariate) }} as {{ covariate }},
            {{ sum_exactly('weighed.weight * weighed.' ~ covariate ~ '_square') }}
                as {{ covariate }}_square,
        {%- endfor %}
        {{ sum_exactly('weighed.weight * weighed.parties') }} as parties

    from weighed
    inner join windows
        on
            weighed.programme_id = windows.programme_id
            and weighed.treated_month >= windows.window_start
            and weighed.treated_month <= windows.window_end
    group by windows.window_month, weighed.programme_id, weighed.is_treated

),

channels as (

    select
        windows.window_month,
        weighed.programme_id,
        weighed.is_treated,
        weighed.acquisition_channel,
        {{ sum_exactly('weighed.weight * weighed.parties') }} as parties

    from weighed
    inner join windows
        on
            weighed.programme_id = windows.programme_id
            and weighed.treated_month >= windows.window_start
            and weighed.treated_month <= windows.window_end
    group by
        windows.window_month,
        weighed.programme_id,
        weighed.is_treated,
        weighed.acquisition_channel

),

means as (

    {% for covariate in covariates -%}
        {{ "union all" if not loop.first }}
        select
            window_month,
            programme_id,
            is_treated,
            '{{ covariate }}' as covariate,
            {{ covariate }} / parties as mean,
            greatest(
                0.0,
                {{ covariate }}_square / parties
                - ({{ covariate }} / parties) * ({{ covariate }} / parties)
            ) as variance

        from summed
    {% endfor -%}
    union all
    select
        channels.window_month,
        channels.programme_id,
        channels.is_treated,
        {{ dbt.concat(["'acquisition_channel '", "channels.acquisition_channel"]) }} as covariate,
        channels.parties / summed.parties as mean,
        channels.parties / summed.parties * (1 - channels.parties / summed.parties) as variance

    from channels
    inner join summed
        on
            channels.window_month = summed.window_month
            and channels.programme_id = summed.programme_id
            and channels.is_treated = summed.is_treated

),

paired as (

    select
        window_month,
        programme_id,
        covariate,
        coalesce(max(case when is_treated then mean end), 0) as treated_mean,
        coalesce(max(case when not is_treated then mean end), 0) as control_mean,
        coalesce(max(case when is_treated then variance end), 0) as treated_variance,
        coalesce(max(case when not is_treated then variance end), 0) as control_variance

    from means
    group by window_month, programme_id, covariate

),

-- without any variance, means that differ are very far apart, rather than not to be compared
final as (

    select
        window_month,
        programme_id,
        covariate,
        treated_mean,
        control_mean,
        covariate in (
            {%- for covariate in squares %}
                '{{ covariate }}'{{ "," if not loop.last }}
            {%- endfor %}
        ) as is_regressed,
        {{ safe_divide(
            'treated_mean - control_mean',
            'sqrt(greatest(1e-12, (treated_variance + control_variance) / 2))'
        ) }} as standardised_difference

    from paired

)

select * from final
