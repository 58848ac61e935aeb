"""Connections as a file, without secrets (decision 24)."""

from pydantic import BaseModel

from bursar.api.connections import ConnectionShown, shown
from bursar.api.routes import Routes
from bursar.domain.roles import Role
from bursar.usecases.connection_files import ConnectionFile, export_connections, import_connections
from bursar.usecases.connections import all_connections

routes = Routes("Connections")


class ImportedShown(BaseModel):
    """What became of one connection of the file."""

    connection: ConnectionShown
    created: bool
    asks_for_keys: bool


class ImportShown(BaseModel):
    """What became of the file."""

    imported: list[ImportedShown]


@routes.post("/connections/export", Role.ADMINISTRATOR, ConnectionFile)
def export_all_connections() -> ConnectionFile:
    """All connections without their secrets. It is a POST because the audit trail notes it."""
    return ConnectionFile.model_validate(export_connections(all_connections()))


@routes.post("/connections/import", Role.ADMINISTRATOR, ImportShown)
def import_all_connections(file: ConnectionFile) -> ImportShown:
    """Store the connections of a file, all or none. Same-named ones are overwritten, but keep their secrets."""
    imported = [
        ImportedShown(connection=shown(each.connection), created=each.created, asks_for_keys=each.asks_for_keys)
        for each in import_connections(file.model_dump_json())
    ]
    return ImportShown(imported=imported)
