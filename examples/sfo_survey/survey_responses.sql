-- One row per answered question. 2017 asks the 0-10 recommend question (NETPRO, 11 = blank); both years ask
-- for the airport as a whole (Q7ALL, 1-5; 0, 6 and 'Blank' = no answer). A blank keeps its row with a null score.
-- 2016 gives the date of the interview, 2017 the day of May.
with

survey_2016 as (

    select * from read_csv(
        getvariable('source') || '/raw/2016_SFO_Customer_Survey.csv', header = true, all_varchar = true
    )

),

survey_2017 as (

    select * from read_csv(
        getvariable('source') || '/raw/2017_SFO_Customer_Survey.csv', header = true, all_varchar = true
    )

),

responses as (

    select
        '2017-' || RESPNUM || '-nps' as response_id,
        'sfo_passengers' as survey_id,
        make_timestamp(2017, 5, cast(INTDATE as integer), 0, 0, 0) as responded_at,
        'nps' as question_type,
        case when cast(NETPRO as integer) between 0 and 10 then cast(NETPRO as bigint) end as score,
        cast(WEIGHT as decimal(18, 10)) as weight

    from survey_2017
    union all
    select
        '2017-' || RESPNUM || '-csat' as response_id,
        'sfo_passengers' as survey_id,
        make_timestamp(2017, 5, cast(INTDATE as integer), 0, 0, 0) as responded_at,
        'csat' as question_type,
        case when Q7ALL in ('1', '2', '3', '4', '5') then cast(Q7ALL as bigint) end as score,
        cast(WEIGHT as decimal(18, 10)) as weight

    from survey_2017
    union all
    select
        '2016-' || "*RESPNUM" || '-csat' as response_id,
        'sfo_passengers' as survey_id,
        strptime(INTDATE, '%m/%d/%Y %I:%M:%S %p') as responded_at,
        'csat' as question_type,
        case when Q7ALL in ('1', '2', '3', '4', '5') then cast(Q7ALL as bigint) end as score,
        cast(WEIGHT as decimal(18, 10)) as weight

    from survey_2016

)

select * from responses order by response_id
