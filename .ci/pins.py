"""Compare what is installed with requirements.txt; exit 1 where they differ.

pip and setuptools come with the virtual environment of Python itself and are named, not pinned.
"""

import sys
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

BOOTSTRAP = {"pip", "setuptools"}


def main() -> int:
    """Print each difference and the counts."""
    lines = (
        (Path(__file__).parent.parent / "requirements.txt").read_text(encoding="utf-8").split("\n")
    )
    wanted = [Requirement(line) for line in lines if line.strip()]
    pinned = {
        canonicalize_name(one.name): str(one.specifier).removeprefix("==")
        for one in wanted
        if one.marker is None or one.marker.evaluate()
    }
    found = {canonicalize_name(one.metadata["Name"]): one.version for one in distributions()}
    installed = {name: version for name, version in found.items() if name not in BOOTSTRAP}
    for name in sorted(pinned.keys() | installed.keys()):
        if pinned.get(name) != installed.get(name):
            print(f"{name}: pinned {pinned.get(name)}, installed {installed.get(name)}")
    same = sum(installed.get(name) == version for name, version in pinned.items())
    others = ", ".join(f"{name} {found[name]}" for name in sorted(BOOTSTRAP & found.keys()))
    print(f"{len(pinned)} pinned, {same} installed as pinned, {len(installed) - same} others")
    print(f"with Python {sys.version.split()[0]} itself: {others}")
    return 0 if pinned == installed else 1


if __name__ == "__main__":
    sys.exit(main())
