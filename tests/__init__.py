"""Tests: `dbt/` of the models, `python/` of the rest, `truth/` of the marts against the truth."""
