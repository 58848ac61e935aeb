"""Where Django finds templates and static files. There are no tables here; the store owns them all."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class WebConfig(AppConfig):
    """The pages."""

    name = "bursar.web"
    label = "web"

    def ready(self) -> None:
        """Signals can only be connected once every app is there."""
        import_string("bursar.web.people.sign_in_record.connect")()
