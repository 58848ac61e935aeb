"""A Bursar of its own: importing this module prepares an empty folder for this process, gone when it ends.

Import it before anything of `bursar.store`. No database, key or setting of the person who runs it is touched.
"""

import os
from tempfile import TemporaryDirectory

import django
from django.core.management import call_command

_FOLDER = TemporaryDirectory(prefix="bursar-bench-")
for _name in [name for name in os.environ if name.startswith("BURSAR_")]:
    del os.environ[_name]
os.environ |= {"BURSAR_HOME": _FOLDER.name, "DJANGO_SETTINGS_MODULE": "bursar.project.settings"}
django.setup()


def make_tables() -> None:
    """Make every table in the SQLite file of the folder."""
    call_command("migrate", verbosity=0)
