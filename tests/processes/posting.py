"""A process that posts, and may die on the way: `python -m tests.processes.posting prepare|post …`.

Its database is the one that BURSAR_HOME says. The wire is real HTTP; the transport only decides when to die.
"""

import argparse
import json
import os

import django
from django.core.management import call_command
from django.utils.module_loading import import_string


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["prepare", "post"])
    parser.add_argument("--sandbox", type=json.loads)
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--timeout", default="2")
    parser.add_argument("--boundary")
    parser.add_argument("--nth", type=int, default=0)
    wanted = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bursar.project.settings")
    django.setup()  # what follows imports tables, so it is named and not imported
    if wanted.verb == "prepare":
        call_command("migrate", verbosity=0)
        import_string("tests.processes.preparing.prepare")(wanted.sandbox, wanted.lines, wanted.timeout)
    else:
        import_string("tests.processes.dying.post")(wanted.boundary, wanted.nth)


if __name__ == "__main__":
    main()
