"""Every benchmark, one after the other, each in a process of its own: `python -m bench.all [--quick]`."""

import argparse
import subprocess
import sys
from collections.abc import Sequence

QUICK_SIZES = {
    "reading": 800,
    "posting": 400,
    "replanning": 1000,
    "planning_memory": 40_000,
    "plan_preview": 4000,
    "log_pages": 20_000,
    "grid_pages": 5000,
    "books_journal": 5000,
}
"""The benchmarks in their order, with the sizes of a quick look."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them all; the exit code is 1 when one of them broke."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: the ratios are rougher")
    quick = parser.parse_args(arguments).quick
    return max(_run(name, size if quick else None) for name, size in QUICK_SIZES.items())


def _run(name: str, size: int | None) -> int:
    chosen = [] if size is None else ["--size", str(size)]
    return int(subprocess.run([sys.executable, "-m", f"bench.{name}", *chosen], check=False).returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
