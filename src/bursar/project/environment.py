"""Every setting that Bursar reads from its environment: one table, so that docs/guide/settings.md cannot lie."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, its default as a person reads it, and what it means."""

    name: str
    default: str
    meaning: str


HOME = Setting(
    "BURSAR_HOME",
    "~/.bursar",
    "Folder for the SQLite database, the encryption key file and lock files.",
)
DATABASE_URL = Setting(
    "BURSAR_DATABASE_URL",
    "sqlite file bursar.sqlite3 in BURSAR_HOME",
    "Database to use: sqlite:///path or postgres://user:password@host/name.",
)
DATABASE_URL_FILE = Setting(
    "BURSAR_DATABASE_URL_FILE",
    "unset",
    "File that holds the database URL, for secrets mounted as files. BURSAR_DATABASE_URL wins.",
)
ENCRYPTION_KEY = Setting(
    "BURSAR_ENCRYPTION_KEY",
    "unset",
    "Key that seals private keys at rest; several, newest first, separated by commas, while a key is being replaced.",
)
ENCRYPTION_KEY_FILE = Setting(
    "BURSAR_ENCRYPTION_KEY_FILE",
    "encryption.key in BURSAR_HOME",
    "File with the same content, readable by its owner only; made on first use when no key is given.",
)
PRIVATE_KEY = Setting(
    "BURSAR_PRIVATE_KEY",
    "unset: asked for",
    "Private key of the API member, read by `connection add` and `connection rekey` instead of a prompt.",
)
PASSWORD = Setting(
    "BURSAR_PASSWORD",
    "unset: asked for",
    "Password of a person, read by `people add` and `people password` instead of a prompt.",
)
SECRET_KEY = Setting(
    "BURSAR_SECRET_KEY",
    "secret.key in BURSAR_HOME, made on first use",
    "Signs sessions and forms of the web pages; changing it signs everybody out.",
)
PUBLIC_URL = Setting(
    "BURSAR_PUBLIC_URL",
    "unset: loopback only",
    "Address at which people reach the web pages, for example https://bursar.example.com. With https, cookies are only"
    " sent encrypted.",
)
TRUST_PROXY = Setting(
    "BURSAR_TRUST_PROXY",
    "no",
    "yes: requests come through one reverse proxy whose X-Forwarded-For and X-Forwarded-Proto are to be believed.",
)
SMTP_URL = Setting(
    "BURSAR_SMTP_URL",
    "unset: no mail is sent",
    "Mail server for password resets and summaries of daily syncs: smtp://user:password@host:587?from=bursar@example.com;"
    " smtps:// for TLS at once.",
)
OIDC_ISSUER = Setting(
    "BURSAR_OIDC_ISSUER", "unset: passwords only", "Issuer URL of an OpenID Connect provider to sign in with."
)
OIDC_CLIENT_ID = Setting("BURSAR_OIDC_CLIENT_ID", "unset", "Client ID that the provider gave to Bursar.")
OIDC_CLIENT_SECRET = Setting("BURSAR_OIDC_CLIENT_SECRET", "unset", "Client secret that the provider gave to Bursar.")
OIDC_NAME = Setting("BURSAR_OIDC_NAME", "Single sign-on", "What the button on the login page says.")
LARGEST_UPLOAD = Setting(
    "BURSAR_LARGEST_UPLOAD_MB",
    "64",
    "Largest file of invoice lines that is uploaded or pushed, in megabytes. It is kept in the database.",
)
LOG_LEVEL = Setting(
    "BURSAR_LOG_LEVEL", "WARNING", "Least level written to standard error: DEBUG, INFO, WARNING or ERROR."
)

SETTINGS = (
    HOME,
    DATABASE_URL,
    DATABASE_URL_FILE,
    ENCRYPTION_KEY,
    ENCRYPTION_KEY_FILE,
    PRIVATE_KEY,
    PASSWORD,
    SECRET_KEY,
    PUBLIC_URL,
    TRUST_PROXY,
    SMTP_URL,
    OIDC_ISSUER,
    OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET,
    OIDC_NAME,
    LARGEST_UPLOAD,
    LOG_LEVEL,
)


def read(setting: Setting) -> str | None:
    """The variable's value; None when unset or empty."""
    return os.environ.get(setting.name) or None


def home() -> Path:
    """Bursar's folder, made readable by its owner only when it does not exist."""
    folder = Path(read(HOME) or "~/.bursar").expanduser()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def database_url() -> str:
    """Where the tables live."""
    if url := read(DATABASE_URL):
        return url
    if file := read(DATABASE_URL_FILE):
        return Path(file).read_text(encoding="utf-8").strip()
    return f"sqlite:///{home() / 'bursar.sqlite3'}"
