"""`python -m bursar.cli.reference PAGE` prints a page of docs/guide, made from the code itself."""

import os
import sys
from collections.abc import Callable

import django
from django.utils.module_loading import import_string

PAGES = {
    "cli": "bursar.cli.command_page.command_page",
    "settings": "bursar.cli.settings_page.settings_page",
    "connectwise-setup": "bursar.domain.setup_guide.markdown",
}
"""Page → the function that writes it, imported once Django knows its settings."""


def page(name: str = "cli") -> str:
    """The text of docs/guide/<name>.md. Raises KeyError when there is no such page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bursar.project.settings")
    django.setup()
    write: Callable[[], str] = import_string(PAGES[name])
    return write()


if __name__ == "__main__":
    sys.stdout.write(page(*sys.argv[1:2]))
