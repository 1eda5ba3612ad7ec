select * from (
    values
    ('reporting_currency', 'USD', 'The shop sells in dollars only'),
    ('default_margin_rate', '1', 'Spend is compared with the literature, so margin = amount'),
    ('clv_time_unit_days', '7', 'Weeks, as in Fader, Hardie & Lee 2005'),
    ('clv_horizon_days', '273', '39 weeks, the forecast period of the literature'),
    ('clv_holdout_days', '273', '39 weeks: with all data the fit sees the calibration period of the literature'),
    ('clv_discount_rate', '0', 'The literature counts purchases')
) as overrides (parameter, value, reason)
