"""What Dagster loads: the folder defs/, nothing else."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Collect every definition of orchestration/defs/."""
    return dg.load_from_defs_folder(project_root=Path(__file__).parent.parent)
