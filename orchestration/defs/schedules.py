"""The job from landing to publication, its nightly schedule, and plain progress lines."""

import logging
import sys
import time

import dagster as dg

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    description="Load, check, build, check and publish. One run at a time writes.",
)


@dg.schedule(job=nightly, cron_schedule="0 3 * * *", execution_timezone="UTC")
def every_night(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for a run as of the date of the tick."""
    as_of_date = context.scheduled_execution_time.date().isoformat()
    return dg.RunRequest(
        run_key=as_of_date,
        run_config={"resources": {"warehouse": {"config": {"as_of_date": as_of_date}}}},
    )


class _Plain(logging.Formatter):
    def __init__(self) -> None:
        super().__init__()
        self.started = time.monotonic()

    def format(self, record: logging.LogRecord) -> str:
        meta = getattr(record, "dagster_meta", {})
        text = meta.get("orig_message") or record.getMessage()
        return f"{time.monotonic() - self.started:6.1f} s  {text}"


class _Ours(logging.Filter):
    steps = (
        "landing: ",
        "load ",
        "landing/",
        "check ",
        "dbt: ",
        "merge ",
        "score ",
        "fit ",
        "publish: ",
    )

    def filter(self, record: logging.LogRecord) -> bool:
        meta = getattr(record, "dagster_meta", {})
        return (meta.get("orig_message") or "").startswith(self.steps)


@dg.logger(description="Our own messages, one line each, with the seconds since the run began.")
def plain_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """Return a logger that leaves out what Dagster and its libraries say of themselves."""
    logger = logging.Logger("rapport", logging.INFO)
    handler = logging.StreamHandler(sys.__stdout__)
    handler.setFormatter(_Plain())
    handler.addFilter(_Ours())
    logger.addHandler(handler)
    return logger


defs = dg.Definitions(jobs=[nightly], schedules=[every_night], loggers={"console": plain_logger})
