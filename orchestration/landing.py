"""Make the landing folder of a run: the demo brand, an example's files, or a folder as it is."""

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from orchestration.settings import ROOT, Settings


def prepare(run: Settings) -> str:
    """Fill `run.landing` and say with what; a folder that was given is left as it is.

    Raises RuntimeError where the demo or an example's file cannot be made, naming the file.
    """
    if run.landing_given:
        return f"{run.landing_given} as it lies"
    fresh = run.home / ".landing.partial"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    if run.example:
        said = _convert_example(run.example, run.source, fresh)
    else:
        said = _generate_demo(run, fresh)
    shutil.rmtree(run.landing, ignore_errors=True)
    fresh.rename(run.landing)
    return said


def _generate_demo(run: Settings, folder: Path) -> str:
    command = [sys.executable, "-m", "demo", "--landing", str(folder), "--size", run.demo_size]
    if run.demo_seed is not None:
        command += ["--seed", str(run.demo_seed)]
    if run.demo_mess:
        command += ["--mess"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the demo brand could not be generated:\n{done.stderr.strip()}")
    return f"the demo brand, size {run.demo_size}{', delivered badly' * run.demo_mess}"


def _convert_example(example: str, source: Path | None, folder: Path) -> str:
    files = sorted((ROOT / "examples" / example).glob("*.sql"))
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute("set variable source = $source", {"source": str(source)})
        for path in files:
            (folder / path.stem).mkdir()
            target = str(folder / path.stem / f"{path.stem}.parquet").replace("'", "''")
            try:
                connection.execute(
                    f"copy (\n{path.read_text(encoding='utf-8')}\n) to '{target}' (format parquet)"
                )
            except duckdb.Error as error:
                name = path.relative_to(ROOT)
                raise RuntimeError(f"{name} cannot read SOURCE={source}: {error}") from error
    return f"the example {example}: {', '.join(path.stem for path in files)}"
