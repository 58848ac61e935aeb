"""The documented keys of every JSON document, and the check that a document has exactly these."""

from collections.abc import Iterator, Mapping

from bursar.cli import (
    audit,
    book,
    book_document,
    book_mapping,
    book_route,
    book_set,
    config,
    connection,
    connection_change,
    connection_files,
    keys,
    ledger_batch,
    ledger_decide,
    ledger_documents,
    ledger_export,
    ledger_post,
    ledger_reconcile,
    ledger_unposted,
    lines_agreements,
    lines_list,
    lines_load,
    lines_post,
    lines_profile,
    lines_set,
    lines_source,
    mapping,
    mapping_pilot,
    payments,
    payments_file,
    people,
    permissions,
    plan,
    plan_document,
    review_adoption,
    review_drift,
    review_variance,
    run,
    run_document,
    token,
    version,
)
from bursar.cli.epilog import ERROR_SHAPE, Shape

SHAPES: Mapping[str, Shape] = {
    "connection add": connection.ADD_SHAPE,
    "connection rekey": connection.ADD_SHAPE,
    "connection list": connection.LIST_SHAPE,
    "connection test": connection.TEST_SHAPE,
    "connection remove": connection.REMOVE_SHAPE,
    "connection option": connection.OPTION_SHAPE,
    "connection edit": connection.ADD_SHAPE,
    "connection default": connection_change.DEFAULT_SHAPE,
    "connection disconnect": connection_change.DISCONNECT_SHAPE,
    "connection export": connection_files.EXPORT_SHAPE,
    "connection import": connection_files.IMPORT_SHAPE,
    "connection check-permissions": permissions.SHAPE,
    "audit verify": audit.VERIFY_SHAPE,
    "audit list": audit.LIST_SHAPE,
    "audit export": audit.EXPORT_SHAPE,
    "keys rotate": keys.ROTATE_SHAPE,
    "config show": config.SHOW_SHAPE,
    "config set": config.SET_SHAPE,
    "config map": config.MAP_SHAPE,
    "mapping suggest": mapping.SUGGEST_SHAPE,
    "mapping set": mapping.SET_SHAPE,
    "mapping import": mapping.IMPORT_SHAPE,
    "mapping export": mapping.EXPORT_SHAPE,
    "mapping pilot": mapping_pilot.PILOT_SHAPE,
    "lines load": lines_load.SHAPE,
    "lines source": lines_source.SHAPE,
    "lines profile list": lines_profile.LIST_SHAPE,
    "lines profile show": lines_profile.SHOW_SHAPE,
    "lines profile save": lines_profile.SAVE_SHAPE,
    "lines profile delete": lines_profile.DELETE_SHAPE,
    "lines profile export": lines_profile.EXPORT_SHAPE,
    "lines list": lines_list.SHAPE,
    "lines set": lines_set.SHAPE,
    "lines agreements": lines_agreements.SHAPE,
    "lines plan": plan_document.SHAPE,
    "lines post": lines_post.SHAPE,
    "plan make": plan.MAKE_SHAPE,
    "plan show": plan.SHOW_SHAPE,
    "plan list": plan.LIST_SHAPE,
    "plan post": lines_post.SHAPE,
    "run retry": lines_post.SHAPE,
    "review adoption": review_adoption.SHAPE,
    "review endings": review_adoption.ENDINGS_SHAPE,
    "review drift": review_drift.SHAPE,
    "review variance": review_variance.SHAPE,
    "review mute": review_variance.MUTE_SHAPE,
    "review unmute": review_variance.UNMUTE_SHAPE,
    "book add": book.ADD_SHAPE,
    "book edit": book.ADD_SHAPE,
    "book list": book.LIST_SHAPE,
    "book show": book_document.FULL_SHAPE,
    "book test": book.TEST_SHAPE,
    "book set": book_set.SET_SHAPE,
    "book settings": book_set.SETTINGS_SHAPE,
    "book remove": book.REMOVE_SHAPE,
    "book map": book_mapping.MAP_SHAPE,
    "book mapping": book_mapping.LIST_SHAPE,
    "book mapping-import": book_mapping.IMPORT_SHAPE,
    "book route list": book_route.LIST_SHAPE,
    "book route add": book_route.LIST_SHAPE,
    "book route move": book_route.LIST_SHAPE,
    "book route remove": book_route.REMOVE_SHAPE,
    "ledger unposted": ledger_unposted.SHAPE,
    "ledger export": ledger_export.EXPORT_SHAPE,
    "ledger recreate": ledger_export.RECREATE_SHAPE,
    "ledger documents": ledger_documents.LIST_SHAPE,
    "ledger show": ledger_documents.SHOW_SHAPE,
    "ledger post": ledger_post.SHAPE,
    "ledger void": ledger_post.SHAPE,
    "ledger decide": ledger_decide.DECIDE_SHAPE,
    "ledger exceptions": ledger_decide.EXCEPTIONS_SHAPE,
    "ledger reconcile": ledger_reconcile.RECONCILE_SHAPE,
    "ledger batch list": ledger_batch.LIST_SHAPE,
    "ledger batch show": ledger_batch.SHOW_SHAPE,
    "ledger update": ledger_batch.POST_SHAPE,
    "ledger undo": ledger_batch.POST_SHAPE,
    "payments pull": payments.PULL_SHAPE,
    "payments list": payments.LIST_SHAPE,
    "payments post": payments.POST_SHAPE,
    "payments choose": payments.CHOOSE_SHAPE,
    "payments file": payments_file.SHAPE,
    "run list": run.LIST_SHAPE,
    "run show": run_document.SHAPE,
    "run stop": run.STOP_SHAPE,
    "people add": people.ONE_SHAPE,
    "people list": people.LIST_SHAPE,
    "people role": people.ONE_SHAPE,
    "people deactivate": people.ONE_SHAPE,
    "people reactivate": people.ONE_SHAPE,
    "people password": people.ONE_SHAPE,
    "people two-factor": people.ONE_SHAPE,
    "token create": token.CREATE_SHAPE,
    "token list": token.LIST_SHAPE,
    "token revoke": token.REVOKE_SHAPE,
    "version": version.VERSION_SHAPE,
}


def assert_documented(command: str, document: object) -> None:
    """Exactly the documented keys, everywhere in the document; parts that are null are left out."""
    failed = isinstance(document, dict) and set(document) == {"error"}
    for where, expected in (ERROR_SHAPE if failed else SHAPES[command]).items():
        for part in _parts(document, where):
            assert isinstance(part, dict), f"{command}: {where} is no object"
            assert set(part) == set(expected), f"{command}: {where or 'document'}"


def _parts(document: object, where: str) -> Iterator[object]:
    found = [document]
    for step in filter(None, where.split(".")):
        found = list(_step(found, step))
    yield from (part for part in found if part is not None)


def _step(parts: list[object], step: str) -> Iterator[object]:
    for part in parts:
        if isinstance(part, dict):
            value = part[step.removesuffix("[]")]
            if step.endswith("[]"):
                yield from value
            else:
                yield value
