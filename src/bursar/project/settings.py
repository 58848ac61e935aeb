"""Django settings: the store only, until the web application arrives."""

import dj_database_url
from django.core.management.utils import get_random_secret_key

from bursar.project.environment import LOG_LEVEL, database_url, read
from bursar.project.keyring import load_keys

DATABASES = {"default": dj_database_url.parse(database_url())}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets a preview read while a run writes; FULL makes "sending" durable before the request leaves.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }

INSTALLED_APPS = ["bursar.store"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = get_random_secret_key()  # nothing is signed until the web application arrives
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": read(LOG_LEVEL) or "WARNING"},
}

BURSAR_ENCRYPTION_KEYS = load_keys
"""Called when a secret is sealed or opened, so that a command without secrets needs no key."""
