"""The Dagster definitions: landing, load, check, warehouse, publish, in the order of the data."""
