"""Rapport's orchestration: pure helpers here, the Dagster definitions that call them in defs/."""
