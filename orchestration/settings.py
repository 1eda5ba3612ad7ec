"""Paths and choices of a run, read from the environment in this one place."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import yaml

from orchestration.scorers import DEFAULT as DEFAULT_SCORER

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Settings:
    """One run's data home and input.

    `example` and `landing` exclude each other; with neither the input is the demo brand.
    """

    home: Path
    landing_given: Path | None
    example: str | None
    source: Path | None
    demo_size: str
    demo_seed: int | None
    demo_mess: bool
    sentiment_scorer: str

    @property
    def input(self) -> str:
        """What the run reads, as it is written in the manifest: demo, example:… or landing:…."""
        if self.landing_given:
            return f"landing:{self.landing_given}"
        return f"example:{self.example}" if self.example else "demo"

    @property
    def landing(self) -> Path:
        """The landing folder that the run loads."""
        return self.landing_given or self.home / "landing"

    @property
    def build(self) -> Path:
        """The build database, private to the run."""
        return self.home / "build" / "rapport.duckdb"

    @property
    def loads(self) -> Path:
        """Folder with one JSON file per input: what became of its rows."""
        return self.home / "build" / "loads"

    @property
    def checks(self) -> Path:
        """Folder with one JSON file per layer: what its expectations found."""
        return self.home / "build" / "checks"

    @property
    def data_docs(self) -> Path:
        """The static site of the expectations, before it is published."""
        return self.home / "build" / "data_docs"

    @property
    def quarantine(self) -> Path:
        """Rows that could not be read, with the reason."""
        return self.home / "quarantine"

    @property
    def dbt_target(self) -> Path:
        """Where dbt writes what it parsed, compiled and ran for this home; kept from run to run."""
        return self.home / "dbt"


def settings() -> Settings:
    """Read the settings from the environment: the names below; one that is not set counts as empty.

    Raises ValueError where two inputs are asked for, or an example does not exist or lacks SOURCE.
    """
    names = ("HOME_DIR", "LANDING", "EXAMPLE", "SOURCE", "SIZE", "SEED", "MESS", "SENTIMENT_SCORER")
    given = {name: os.environ.get(name, "").strip() for name in names}
    if given["LANDING"] and given["EXAMPLE"]:
        raise ValueError("LANDING and EXAMPLE name two inputs: give one of them")
    if given["EXAMPLE"]:
        known = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())
        if given["EXAMPLE"] not in known:
            raise ValueError(f"no example {given['EXAMPLE']!r}: there are {', '.join(known)}")
        if not given["SOURCE"]:
            raise ValueError(f"EXAMPLE={given['EXAMPLE']} needs SOURCE=, the folder of its files")
    for name in ("LANDING", "SOURCE"):
        if given[name] and not Path(given[name]).is_dir():
            raise ValueError(f"{name}={given[name]} is not a folder")
    if given["SEED"] and not given["SEED"].isdigit():
        raise ValueError(f"SEED={given['SEED']} is not a whole number")
    if given["MESS"] not in ("", "0", "1"):
        raise ValueError(f"MESS={given['MESS']} is neither 0 nor 1")
    return Settings(
        home=(ROOT / (given["HOME_DIR"] or "data")).resolve(),
        landing_given=Path(given["LANDING"]).resolve() if given["LANDING"] else None,
        example=given["EXAMPLE"] or None,
        source=Path(given["SOURCE"]).resolve() if given["SOURCE"] else None,
        demo_size=given["SIZE"] or "default",
        demo_seed=int(given["SEED"]) if given["SEED"] else None,
        demo_mess=given["MESS"] == "1",
        sentiment_scorer=given["SENTIMENT_SCORER"] or DEFAULT_SCORER,
    )


def disabled_optimizers() -> str:
    """Return the optimizers that profiles.yml turns off: with them DuckDB 2.0.0 loses rows."""
    profile = yaml.safe_load((ROOT / "profiles.yml").read_text(encoding="utf-8"))
    return str(profile["rapport"]["outputs"]["duckdb"]["settings"]["disabled_optimizers"])


def hash_key(home: Path) -> bytes:
    """Return the key for hashed columns: RAPPORT_HASH_KEY, or one drawn once for the home."""
    if given := os.environ.get("RAPPORT_HASH_KEY"):
        return given.encode()
    path = home / "hash.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_bytes()
