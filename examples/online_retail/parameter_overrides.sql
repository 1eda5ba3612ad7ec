select
    'reporting_currency' as parameter,
    'GBP' as value,
    'The shop sells in pounds only' as reason
