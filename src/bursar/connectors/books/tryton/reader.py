"""Reading records of one company, in pages."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from bursar.connectors.books.tryton.records import Company, Record
from bursar.connectors.books.tryton.session import Session
from bursar.connectors.books.tryton.values import Value
from bursar.domain.errors import RemoteError

R = TypeVar("R", bound=Record)
T = TypeVar("T")
Clause = list[Value]
PAGE = 500
MANY = 200
"""How many ids or codes go into one question."""


class Reader:
    """Reads what belongs to the company that the book is kept in."""

    def __init__(self, session: Session, company: str) -> None:
        self._session = session
        self._company_name = company.strip()
        self._company: Company | None = None

    @property
    def name(self) -> str:
        """What sentences call the book."""
        return self._session.name

    @property
    def company(self) -> Company:
        """The company. Raises RemoteError when the user has none, or not this one."""
        if self._company is None:
            self._company = self._find_company()
            self._session.work_for(self._company.id)
        return self._company

    @property
    def currency(self) -> str:
        """The company's currency."""
        return self.company.currency.code

    def own(self, *clauses: Value) -> Clause:
        """A domain within the company."""
        return [["company", "=", self.company.id], *clauses]

    def all(self, model: str, shape: type[R], domain: Clause) -> Iterator[R]:
        """Every record of a domain, oldest first, inactive ones too."""
        after = 0
        while True:
            page = self._page(model, shape, [*domain, ["id", ">", after]], "ASC", PAGE)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].id

    def newest(self, model: str, shape: type[R], domain: Clause, order: str) -> R | None:
        """The record with the highest value of one field."""
        found = self._page(model, shape, domain, "DESC", 1, order)
        return found[0] if found else None

    def among(self, model: str, shape: type[R], domain: Clause, name: str, values: Collection[Value]) -> Iterator[R]:
        """Records whose field has one of the values."""
        for some in chunks(list(values), MANY):
            yield from self.all(model, shape, [*domain, [name, "in", list(some)]])

    def _page(
        self,
        model: str,
        shape: type[R],
        domain: Clause,
        direction: str,
        size: int,
        order: str = "id",
        **context: Value,
    ) -> Sequence[R]:
        found = self._session.read(
            f"model.{model}.search_read",
            domain,
            0,
            size,
            [[order, direction]],
            list(shape.FIELDS),
            active_test=False,
            **context,
        )
        try:
            return TypeAdapter(list[shape]).validate_python(found)  # type: ignore[valid-type]  # known when called
        except ValidationError as error:
            places = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False)[:3])
            raise RemoteError(
                f"{self.name} answered about {model} in a way that Bursar cannot read: unexpected {places}.",
                remedy="Check that the server is Tryton 8.2, then report this.",
            ) from None  # its text repeats customers' data

    def _find_company(self) -> Company:
        preferences = self._session.preferences
        chosen: Clause = [["id", "=", preferences.get("company") or 0]]
        if self._company_name:
            chosen = [["party.name", "=", self._company_name], ["id", "in", preferences.get("companies") or []]]
        found = self._page("company.company", Company, chosen, "ASC", 2, company_filter="all")
        if len(found) == 1:
            return found[0]
        which = f"the company {self._company_name}" if self._company_name else "any company"
        raise RemoteError(
            f"The user of {self.name} does not work for {which}.",
            remedy="In Tryton, Administration > Users, add the company to Bursar's user and make it the current one.",
        )


def chunks(values: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """Some values at a time, taken when they are needed."""
    left = iter(values)
    while some := list(islice(left, size)):
        yield some
