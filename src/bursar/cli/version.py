"""`bursar version`: which Bursar this is."""

import platform
from importlib.metadata import version

from bursar.cli.epilog import Shape
from bursar.cli.options import AsJson
from bursar.cli.output import print_json, say

VERSION_SHAPE: Shape = {"": ("bursar", "python", "django")}


def show_version(as_json: AsJson = False) -> None:
    """Show the version of Bursar and of what it stands on."""
    facts = {"bursar": version("bursar"), "python": platform.python_version(), "django": version("django")}
    if as_json:
        print_json(facts)
    else:
        say(f"Bursar {facts['bursar']} (Python {facts['python']}, Django {facts['django']})")
