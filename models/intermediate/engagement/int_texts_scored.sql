with

texts as (

    select * from {{ ref('int_texts_gathered') }}

),

sentiments as (

    select * from {{ ref('stg_engagement__text_sentiments') }}

),

events as (

    select * from {{ ref('int_engagement_events_matched') }}

),

parties as (

    select * from {{ ref('int_parties_known') }}

),

authored as (

    select
        texts.text_source,
        texts.record_id,
        case
            when texts.text_source = 'engagement_event' then events.party_id
            else texts.party_id
        end as party_id,
        events.actor_id,
        texts.platform,
        texts.programme_id,
        texts.written_on,
        texts.language,
        sentiments.is_spoken,
        cast(sentiments.score as decimal(9, 6)) as score

    from texts
    left join events
        on
            texts.text_source = 'engagement_event'
            and texts.record_id = events.event_id
    left join sentiments
        on
            texts.text_hash = sentiments.text_hash
            and texts.language = sentiments.language

),

final as (

    select
        authored.text_source,
        authored.record_id,
        authored.party_id,
        case
            when authored.party_id is not null
                then {{ dbt.concat(["'party '", "authored.party_id"]) }}
            when authored.actor_id is not null then authored.actor_id
            else {{ dbt.concat(["'record '", "authored.record_id"]) }}
        end as author_id,
        authored.platform,
        authored.programme_id,
        authored.written_on,
        {{ trunc_date('month', 'authored.written_on') }} as month,
        authored.language,
        coalesce(not authored.is_spoken, false) as is_other_language,
        authored.score

    from authored
    left join parties on authored.party_id = parties.party_id
    where coalesce(parties.party_type, 'customer') != 'employee'

)

select * from final
