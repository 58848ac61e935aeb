"""Where Django finds the tables."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The app that owns every table."""

    name = "bursar.store"
    label = "store"
