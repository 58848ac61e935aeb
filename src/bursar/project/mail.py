"""The mail server, read from one URL."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from bursar.project.environment import SMTP_URL, read


@dataclass(frozen=True, slots=True)
class Mail:
    """What Django needs to know to send mail; without a server, nothing is sent."""

    backend: str = "django.core.mail.backends.dummy.EmailBackend"
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    tls: bool = False
    sender: str = "bursar@localhost"


def mail_settings() -> Mail:
    """Raises ValueError when the URL is not one."""
    url = urlsplit(read(SMTP_URL) or "")
    if not url.scheme:
        return Mail()
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise ValueError("BURSAR_SMTP_URL must look like smtp://user:password@host:587?from=bursar@example.com")
    tls = url.scheme == "smtps"
    user = unquote(url.username or "")
    return Mail(
        backend="django.core.mail.backends.smtp.EmailBackend",
        host=url.hostname,
        port=url.port or (465 if tls else 587),
        user=user,
        password=unquote(url.password or ""),
        starttls=not tls and bool(user),
        tls=tls,
        sender=parse_qs(url.query).get("from", ["bursar@localhost"])[0],
    )
