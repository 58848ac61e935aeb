"""Where Django finds templates and static files. There are no tables here; the store owns them all."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "bursar.web"
    label = "web"
