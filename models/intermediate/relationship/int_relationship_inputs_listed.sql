{% set measures = {
    "presence": ("int_engagements_decayed", "presence"),
    "commitment": ("int_engagements_decayed", "commitment"),
    "loyalty": ("int_loyalties_measured", "loyalty"),
    "sentiment": ("int_party_sentiments_shrunken", "sentiment_shrunken"),
    "advocacy": ("int_advocacies_measured", "advocacy"),
    "responsiveness": ("int_responsiveness_averaged", "responsiveness"),
} -%}

with

party_months as (

    select * from {{ ref('int_party_months_listed') }}

),

measured as (

    {% for component, (model, measure) in measures.items() -%}
        select
            party_id,
            month,
            '{{ component }}' as component,
            {{ measure }} as measure

        from {{ ref(model) }}
        {{ "union all" if not loop.last }}
    {% endfor %}
),

-- in fixed places, so that equal values are equal on every engine
final as (

    select
        party_months.party_id,
        party_months.month,
        measured.component,
        party_months.is_reference,
        cast(measured.measure as decimal(28, 12)) as measure

    from measured
    inner join party_months
        on
            measured.party_id = party_months.party_id
            and measured.month = party_months.month
    where measured.measure is not null

)

select * from final
