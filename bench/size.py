"""How much a benchmark does: its one option."""

import argparse


def wanted_size(name: str, meaning: str, full: int, least: int) -> int:
    """The value of `--size`; `full` when it is not given. Ends the program when it is below `least`."""
    parser = argparse.ArgumentParser(prog=f"python -m bench.{name}")
    parser.add_argument("--size", type=int, default=full, metavar="N", help=f"{meaning} (%(default)s)")
    size: int = parser.parse_args().size
    if size < least:
        parser.error(f"--size must be at least {least}")
    return size
