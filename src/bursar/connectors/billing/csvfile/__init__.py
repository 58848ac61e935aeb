"""Invoice lines from CSV, XLSX and JSON files, and from folders of such files."""

from bursar.connectors.billing.csvfile.profile import Profile, load_profile
from bursar.connectors.billing.csvfile.schema import SCHEMA, LineField, SchemaRow
from bursar.connectors.billing.csvfile.source import (
    FileSource,
    FolderSource,
    content_digest,
    open_source,
    source_digest,
)

__all__ = [
    "SCHEMA",
    "FileSource",
    "FolderSource",
    "LineField",
    "Profile",
    "SchemaRow",
    "content_digest",
    "load_profile",
    "open_source",
    "source_digest",
]
