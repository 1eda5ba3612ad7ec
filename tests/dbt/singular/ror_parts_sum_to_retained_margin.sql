-- Active share, orders per customer and margin per order explain the whole of the retained margin,
-- to a millionth of the margin's size; an interval holds its estimate.
select
    programme_id,
    window_month,
    party_type,
    segment,
    retained_margin,
    margin_from_active + margin_from_frequency + margin_from_order_value as parts,
    retained_margin_low,
    retained_margin_high

from {{ ref('published_ror_by_programme') }}
where
    abs(
        margin_from_active + margin_from_frequency + margin_from_order_value - retained_margin
    ) > 0.000001 * (1 + abs(naive_margin) + abs(retained_margin))
    or retained_margin < retained_margin_low
    or retained_margin > retained_margin_high
    or sampling_low < retained_margin_low
    or sampling_high > retained_margin_high
