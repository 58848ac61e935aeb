"""The story's own process. BURSAR_HOME is set, and the sandbox's facts come in by standard input."""

import sys

import django
from django.utils.module_loading import import_string

if __name__ == "__main__":
    django.setup()  # before any module that needs the store is imported
    sys.exit(import_string("bursar.cli.demo.story.main")())
