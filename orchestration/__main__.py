"""The command line: python -m orchestration run | publications | switch NUMBER."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from orchestration import publication, report
from orchestration.contract import read_contract
from orchestration.locking import Busy, hold
from orchestration.settings import ROOT, Settings, settings


def main() -> int:
    """Run one command; return its exit code: 0 done, 1 stopped by a fault, 75 home busy."""
    parser = argparse.ArgumentParser(prog="python -m orchestration", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "run", help="load, check, build, check and publish; settings from the environment"
    )
    commands.add_parser(
        "parse", help="parse the dbt project where it changed, so that Dagster loads fast"
    )
    commands.add_parser(
        "dev", help="open the Dagster UI on the data home; arguments go to dagster dev"
    )
    commands.add_parser("publications", help="list the publications of the data home")
    switch = commands.add_parser("switch", help="point current at another publication")
    switch.add_argument("number", type=int)
    arguments, rest = parser.parse_known_args()
    if rest and arguments.command != "dev":
        parser.error(f"unknown arguments: {' '.join(rest)}")
    if arguments.command == "parse":
        from orchestration.defs.warehouse import ensure_manifest

        ensure_manifest()
        return 0
    try:
        run = choose_home() if arguments.command in ("run", "dev") else settings()
        if arguments.command == "dev":
            os.environ |= {"DAGSTER_HOME": str(dagster_home(run)), "HOME_DIR": str(run.home)}
            dagster = str(Path(sys.executable).parent / "dagster")
            os.execv(dagster, [dagster, "dev", *rest])
        if arguments.command == "run":
            return run_pipeline(run)
        if arguments.command == "switch":
            with hold(run.home, f"switch to publication {arguments.number}"):
                publication.switch(run.home, arguments.number)
        _list_publications(run)
    except Busy as error:
        print(error, file=sys.stderr)
        return Busy.exit_code
    except (ValueError, FileNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def choose_home() -> Settings:
    """Return the settings, with a home of its own for each input where HOME_DIR names none.

    data/ belongs to the input that used it first; another input goes to data-<its name>/.
    """
    run = settings()
    if os.environ.get("HOME_DIR", "").strip():
        return run
    owner = run.home / "input"
    if owner.exists() and owner.read_text(encoding="utf-8").strip() != run.input:
        name = run.input.split(":")[-1].rstrip("/").split("/")[-1]
        os.environ["HOME_DIR"] = f"data-{name}"
        print(f"data/ belongs to {owner.read_text().strip()}: this run's data home is data-{name}/")
    return settings()


def dagster_home(run: Settings) -> Path:
    """Make the folder of the home where Dagster keeps its runs, and return it."""
    folder = run.home / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "dagster.yaml", folder)
    return folder


def run_pipeline(run: Settings) -> int:
    """Run the nightly job in this process and print what became of it."""
    with hold(run.home, "start of a run"):  # refuse before anything is imported or written
        owner = run.home / "input"
        if not owner.exists():
            owner.write_text(f"{run.input}\n", encoding="utf-8")
    history = dagster_home(run)
    os.environ |= {"DAGSTER_HOME": str(history), "HOME_DIR": str(run.home)}
    print(f"Rapport: input {run.input}, data home {run.home}", flush=True)

    from orchestration import event_log
    from orchestration.definitions import defs

    before = publication.current(run.home)
    with event_log.instance(history) as instance:
        job = defs().resolve_job_def("nightly")
        result = job.execute_in_process(
            instance=instance, raise_on_error=False, run_config={"loggers": {"console": {}}}
        )
    for line in report.account(run):
        print(line)
    names = [spec.name for spec in read_contract(ROOT / "models" / "staging")]
    if absent := report.not_delivered(run, names):
        print(f"  not delivered, so empty: {', '.join(absent)}")
    for line in (*report.failed_expectations(run), *report.failed_dbt(run)):
        print(line)
    done = publication.current(run.home)
    if result.success and done:
        print(report.published(done))
    else:
        for event in result.filter_events(lambda event: event.is_step_failure):
            message = event.step_failure_data.error.message.split(": ", 1)[-1].strip()
            cause = event.step_failure_data.error.cause
            print(f"  STOPPED at {event.step_key}: {cause.message.strip() if cause else message}")
        stands = f"publication {before.number} stands" if before else "there is no publication yet"
        print(f"\nNothing was published: {stands}. Mend what is named above and run again.\n")
    print(report.next_steps(run, done))
    return 0 if result.success else 1


def _list_publications(run: Settings) -> None:
    current = publication.current(run.home)
    for one in publication.publications(run.home):
        mark = "current" if current and one.number == current.number else ""
        print(
            f"{one.number:>5}  as of {one.manifest['as_of_date']}  {one.manifest['input']}  {mark}"
        )


if __name__ == "__main__":
    sys.exit(main())
