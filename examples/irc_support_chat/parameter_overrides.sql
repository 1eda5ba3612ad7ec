select * from (
    values
    ('response_sla_minutes', '15', 'In a chat an answer is expected while one still sits there'),
    ('business_days', '1234567', 'The channel is always open'),
    ('business_opens_at', '00:00', 'The channel is always open'),
    ('business_closes_at', '24:00', 'The channel is always open')
) as overrides (parameter, value, reason)
