with

sends as (

    select * from {{ ref('stg_feedback__survey_sends') }}

),

merged_parties as (

    select * from {{ ref('int_parties_merged') }}

),

joined as (

    select
        sends.*,
        coalesce(merged_parties.resolved_party_id, sends.party_id) as resolved_party_id

    from sends
    left join merged_parties on sends.party_id = merged_parties.party_id

),

followed as (

    select
        *,
        first_value(party_id) over (
            partition by survey_id, wave, resolved_party_id
            order by sent_at, send_id
            rows between unbounded preceding and current row
        ) as first_party_id

    from joined

),

-- who was invited in a wave already, as another record, is reminded
final as (

    select
        send_id,
        survey_id,
        resolved_party_id as party_id,
        channel,
        wave,
        coalesce(is_reminder, false)
        or (wave is not null and coalesce(party_id != first_party_id, false)) as is_reminder,
        sent_at,
        delivered_at,
        opened_at,
        bounced_at

    from followed

)

select * from final
