-- How often the interval of n responses holds the true score, exactly: every outcome of the
-- multinomial, with its probability. At 10, 20 and 50 responses that is 93 % at least wherever each
-- of the three shares is 10 % or more (in steps of 5 points).
-- Where the promoters are unknown, so are both bounds and the variance.
with

twentieths as (

    select n / 20.0 as share from {{ series(20) }} as numbers

),

truths as (

    select
        promoters.share as promoter_share,
        detractors.share as detractor_share,
        1 - promoters.share - detractors.share as passive_share

    from twentieths as promoters
    cross join twentieths as detractors
    where
        promoters.share >= 0.1
        and detractors.share >= 0.1
        and promoters.share + detractors.share < 0.91

),

factorials as (

    select
        n as whole,
        sum(ln(greatest(n, 1))) over (order by n) as log_factorial

    from {{ series(51) }} as numbers

),

outcomes as (

    select
        sizes.whole as responses,
        promoters.whole as promoters,
        detractors.whole as detractors,
        sizes.log_factorial - promoters.log_factorial
        - detractors.log_factorial - passives.log_factorial as log_ways

    from factorials as sizes
    inner join factorials as promoters on promoters.whole <= sizes.whole
    inner join factorials as detractors on detractors.whole <= sizes.whole - promoters.whole
    inner join factorials as passives
        on passives.whole = sizes.whole - promoters.whole - detractors.whole
    where sizes.whole in (10, 20, 50)

),

bounds as (

    select
        *,
        {{ nps_low('promoters', 'detractors', 'responses', '1.959963984540054', '200') }}
            as nps_low,
        {{ nps_high('promoters', 'detractors', 'responses', '1.959963984540054', '200') }}
            as nps_high

    from outcomes

),

coverages as (

    select
        bounds.responses,
        truths.promoter_share,
        truths.detractor_share,
        sum(
            case
                when
                    100 * (truths.promoter_share - truths.detractor_share)
                    between bounds.nps_low - 1e-9 and bounds.nps_high + 1e-9
                    then 1
                else 0
            end
            * exp(bounds.log_ways)
            * power(truths.promoter_share, bounds.promoters)
            * power(truths.detractor_share, bounds.detractors)
            * power(
                truths.passive_share, bounds.responses - bounds.promoters - bounds.detractors
            )
        ) as coverage

    from bounds
    cross join truths
    group by bounds.responses, truths.promoter_share, truths.detractor_share

),

worst as (

    select
        responses,
        count(*) as truths,
        min(coverage) as coverage

    from coverages
    group by responses

),

unknown as (

    select
        cast(null as {{ dbt.type_bigint() }}) as promoters,
        1 as detractors,
        10 as responses

)

select
    responses,
    truths,
    coverage
from worst
where coverage < 0.93 or coverage > 1 or truths != 120
union all
select
    responses,
    0 as truths,
    null as coverage
from unknown
where
    {{ nps_low('promoters', 'detractors', 'responses', '1.959963984540054', '200') }} is not null
    or {{ nps_high('promoters', 'detractors', 'responses', '1.959963984540054', '200') }}
    is not null
    or {{ nps_variance('promoters', 'detractors', 'responses', '200') }} is not null
