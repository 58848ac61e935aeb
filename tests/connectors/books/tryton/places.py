"""Parties that the samples name."""

from tests.connectors.books.tryton.accountant import Accountant


def add_parties(accountant: Accountant, *codes: str) -> None:
    """Customers and suppliers with an address."""
    wanted = codes or ("CONTOSO", "DISTRI")
    values = [{"code": code, "name": code.title(), "addresses": [["create", [{}]]]} for code in wanted]
    accountant.rpc("model.party.party.create", values)
