-- a table, as community_scorecards reads it too
{{ config(materialized="table") }}

{% set components = [
    "presence", "commitment", "loyalty", "sentiment", "advocacy", "responsiveness"
] -%}

with

parameters as (

    select * from {{ ref('int_parameters_resolved') }}

),

party_months as (

    select * from {{ ref('int_party_months_listed') }}

),

inputs as (

    select * from {{ ref('int_relationship_inputs_ranked') }}

),

weights as (

    select * from {{ ref('ror_weights') }}

),

connections as (

    select * from {{ ref('int_connections_decayed') }}

),

weighed as (

    select
        inputs.party_id,
        inputs.month,
        {%- for component in components %}
            max(case when inputs.component = '{{ component }}' then inputs.percentile end)
                as {{ component }},
        {%- endfor %}
        count(*) as inputs_present,
        {{ sum_exactly('weights.weight') }} as weight_coverage,
        {{ sum_exactly('weights.weight * inputs.percentile') }} as weighted_percentiles

    from inputs
    inner join weights on inputs.component = weights.component
    group by inputs.party_id, inputs.month

),

scored as (

    select
        party_months.party_id,
        party_months.month,
        party_months.month_end,
        party_months.party_type,
        party_months.segment,
        party_months.is_shown,
        case
            when weighed.weighted_percentiles < 100 * weighed.weight_coverage
                then {{ safe_divide('weighed.weighted_percentiles', 'weighed.weight_coverage') }}
            when weighed.inputs_present > 0 then 100
        end as score,
        {%- for component in components %}
            weighed.{{ component }},
        {%- endfor %}
        coalesce(weighed.inputs_present, 0) as inputs_present,
        coalesce(weighed.weight_coverage, 0) as weight_coverage,
        weighed.presence + weighed.commitment as love,
        coalesce(connections.reach, 0) as reach

    from party_months
    left join weighed
        on
            party_months.party_id = weighed.party_id
            and party_months.month = weighed.month
    left join connections
        on
            party_months.party_id = connections.party_id
            and party_months.month = connections.month

),

levelled as (

    select
        scored.*,
        case
            when scored.love is null then null
            when scored.love >= parameters.level_1_min_love then 1
            when scored.love >= parameters.level_2_min_love then 2
            when scored.love >= parameters.level_3_min_love then 3
            else 4
        end as level

    from scored
    cross join parameters

),

final as (

    select
        levelled.party_id,
        levelled.month,
        levelled.party_type,
        levelled.segment,
        levelled.score,
        {%- for component in components %}
            levelled.{{ component }},
        {%- endfor %}
        levelled.inputs_present,
        levelled.weight_coverage,
        levelled.love,
        levelled.reach,
        levelled.level,
        case levelled.level
            when 1 then 'Leading'
            when 2 then 'Contributing'
            when 3 then 'Participating'
            when 4 then 'Exploring'
        end as level_name,
        levelled.score - earlier.score as score_change_90_days,
        {{ add_months('levelled.month', 1) }}
        <= {{ add_days('parameters.as_of_date', 1) }} as is_month_complete,
        parameters.as_of_date

    from levelled
    left join levelled as earlier
        on
            levelled.party_id = earlier.party_id
            and {{ add_months('levelled.month', -3) }} = earlier.month
    cross join parameters
    where levelled.is_shown

)

select * from final
