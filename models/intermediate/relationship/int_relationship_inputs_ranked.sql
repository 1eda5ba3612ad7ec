with

inputs as (

    select * from {{ ref('int_relationship_inputs_listed') }}

),

counted as (

    select
        component,
        measure,
        sum(case when is_reference then 1 else 0 end) as equal_references

    from inputs
    group by component, measure

),

placed as (

    select
        component,
        measure,
        equal_references,
        sum(equal_references) over (
            partition by component
            order by measure
            rows between unbounded preceding and current row
        ) as references_up_to,
        sum(equal_references) over (partition by component) as reference_values

    from counted

),

final as (

    select
        inputs.party_id,
        inputs.month,
        inputs.component,
        inputs.measure,
        cast(placed.reference_values as bigint) as reference_values,
        {{ safe_divide(
            '100 * (placed.references_up_to - 0.5 * placed.equal_references)',
            'placed.reference_values'
        ) }} as percentile

    from inputs
    inner join placed
        on
            inputs.component = placed.component
            and inputs.measure = placed.measure
    where placed.reference_values > 0

)

select * from final
