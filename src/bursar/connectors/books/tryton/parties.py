"""Customers and suppliers that Bursar creates in Tryton."""

from bursar.connectors.books.clean_text import one_line
from bursar.connectors.books.tryton.lists import Lists
from bursar.connectors.books.tryton.records import Party
from bursar.connectors.books.tryton.session import Refusal, Session
from bursar.connectors.books.tryton.values import Values
from bursar.domain.errors import FieldFault, Rejected, UnknownOutcome
from bursar.ports import Receipt, Write

MODEL = "party.party"


class Parties:
    """Parties by their code, which Tryton keeps unique."""

    def __init__(self, session: Session, lists: Lists) -> None:
        self._session = session
        self._lists = lists

    def create(self, write: Write) -> Receipt:
        """Create a party, unless its code is there. Its accounts are the default ones of the company."""
        there = self.look(write)
        if there is not None:
            return there
        code, name = str(write.fields.get("code", "")), one_line(str(write.fields.get("name", "")))
        values: Values = {"code": code, "name": name or code, "addresses": [["create", [{}]]]}
        try:
            self._session.write(f"model.{MODEL}.create", [values])
        except Refusal as refusal:
            sentence = f"{self._session.name} refused party {code}: {refusal.words}"
            fault = FieldFault("code", "refused", refusal.words)
            raise Rejected(sentence, fields=[fault], remedy="Create the party in Tryton, or map it.") from refusal
        made = self.look(write)
        if made is None:
            raise UnknownOutcome(f"{self._session.name} took party {code} and does not show it.")
        return made

    def look(self, write: Write) -> Receipt | None:
        """The party of this code, an inactive one too."""
        found = self._lists.party(str(write.fields.get("code", "")))
        return None if found is None else _receipt(found)


def _receipt(found: Party) -> Receipt:
    return Receipt(found.id, {"code": found.code, "name": found.name}, f"{MODEL},{found.id}")
