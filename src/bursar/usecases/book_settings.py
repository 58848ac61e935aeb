"""The settings of one book: their names, meanings and defaults, and the policy that they make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from bursar.domain.books.policy import BatchShape, BookPolicy, ClosedPeriods
from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.ledger.documents import Axis
from bursar.domain.ledger.journal import JournalPolicy
from bursar.domain.ledger.stock_accounts import StockPolicy
from bursar.domain.money import ZERO
from bursar.store.models import Book
from bursar.usecases.refusals import SettingsRefused


def _yes(text: str) -> str:
    word = text.strip().lower()
    if word in {"yes", "true", "on", "1"}:
        return "yes"
    if word in {"no", "false", "off", "0", ""}:
        return "no"
    raise InvalidInput(f"'{text}' is neither yes nor no.", remedy="Write yes or no.")


def _day(text: str) -> str:
    word = text.strip()
    try:
        return date.fromisoformat(word).isoformat() if word else ""
    except ValueError as error:
        raise InvalidInput(f"'{text}' is not a date.", remedy="Write it as YYYY-MM-DD.") from error


def _amount(text: str) -> str:
    try:
        amount = Decimal(text.strip() or "0")
    except InvalidOperation as error:
        raise InvalidInput(f"'{text}' is not an amount.", remedy="Write it as 0.05.") from error
    if not amount.is_finite() or amount < ZERO:
        raise InvalidInput(f"'{text}' is not an amount that can be tolerated.", remedy="Write it as 0.05.")
    return f"{amount:f}"


def _currency(text: str) -> str:
    word = text.strip().upper()
    if word and not (len(word) == 3 and word.isascii() and word.isalpha()):
        raise InvalidInput(
            f"'{text}' is not a currency.", remedy="Write its ISO code, such as USD, or nothing for any."
        )
    return word


def _axes(text: str) -> str:
    words = list(dict.fromkeys(text.replace(",", " ").lower().split())) or [_EVERY_AXIS]
    if len(words) == 1 and words[0] in {_EVERY_AXIS, _NO_AXIS}:
        return words[0]
    if wrong := [word for word in words if word not in set(Axis)]:
        remedy = f"Write {_EVERY_AXIS}, {_NO_AXIS}, or some of: {', '.join(Axis)}."
        raise InvalidInput(f"'{wrong[0]}' is no dimension.", remedy=remedy)
    return ", ".join(words)


def _one_of(*words: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text.strip().lower() in words:
            return text.strip().lower()
        raise InvalidInput(f"'{text}' is not a choice.", remedy=f"Choose one of: {', '.join(words)}.")

    return check


@dataclass(frozen=True, slots=True)
class BookSetting:
    """One setting: `check` gives its canonical text, or raises InvalidInput."""

    name: str
    label: str
    meaning: str
    default: str
    check: Callable[[str], str]
    choices: tuple[str, ...] = ()


_SWITCH = ("no", "yes")
_EVERY_AXIS, _NO_AXIS = "all", "none"
BOOK_SETTINGS: tuple[BookSetting, ...] = (
    BookSetting("currency", "Currency", "The only currency the book takes; empty for any.", "", _currency),
    BookSetting(
        "closed_through",
        "Closed through",
        "Nothing is posted on or before this day, whatever the books allow.",
        "",
        _day,
    ),
    BookSetting(
        "closed_periods",
        "Documents of a closed period",
        "Hold them until a person decides, or move them to the first open day.",
        "hold",
        _one_of(*ClosedPeriods),
        tuple(ClosedPeriods),
    ),
    BookSetting(
        "create_parties",
        "Create customers and suppliers",
        "Whether Bursar may create a party that the books do not have. A name that is taken is never guessed.",
        "no",
        _yes,
        _SWITCH,
    ),
    BookSetting("create_items", "Create items", "Whether Bursar may create items.", "no", _yes, _SWITCH),
    BookSetting(
        "tolerance",
        "Rounding tolerance",
        "How much the lines of a document may differ from its total; the difference goes to the rounding account.",
        "0",
        _amount,
    ),
    BookSetting("rounding_account", "Rounding account", "GL account for such differences; empty: none.", "", str.strip),
    BookSetting(
        "cogs",
        "Cost of goods sold",
        "Whether sales of stocked products post their cost, where the export does not say.",
        "no",
        _yes,
        _SWITCH,
    ),
    BookSetting(
        "drop_ship_cogs", "Cost of drop-shipped goods", "The same for drop-shipped lines.", "no", _yes, _SWITCH
    ),
    BookSetting(
        "cogs_apart",
        "Cost of goods sold apart",
        "Post it as a journal of its own, for books whose invoices cannot carry it.",
        "no",
        _yes,
        _SWITCH,
    ),
    BookSetting(
        "purchases_as_exported",
        "Purchases on the exported account",
        "Debit purchases to the account that ConnectWise names, which is the product's revenue account.",
        "no",
        _yes,
        _SWITCH,
    ),
    BookSetting(
        "dimensions",
        "Dimensions",
        "Those that documents keep: all, none, or some of class, territory and expense_class, with commas.",
        _EVERY_AXIS,
        _axes,
    ),
    BookSetting(
        "batches",
        "One batch",
        "For each run and kind of record, or for each document, so that undoing one undoes one.",
        "run",
        _one_of(*BatchShape),
        tuple(BatchShape),
    ),
)
_BY_NAME = {setting.name: setting for setting in BOOK_SETTINGS}


def setting_of(book: Book, name: str) -> str:
    """The text of one setting, or its default."""
    return str(book.policy.get(name, _BY_NAME[name].default))


def checked_settings(given: Mapping[str, str]) -> dict[str, str]:
    """Settings as they are kept. Raises SettingsRefused with every fault by name."""
    faults: dict[str, BursarError] = {}
    found: dict[str, str] = {}
    for name, text in given.items():
        setting = _BY_NAME.get(name)
        if setting is None:
            faults[name] = InvalidInput(f"There is no setting {name}.", remedy=f"Choose of: {', '.join(_BY_NAME)}.")
            continue
        try:
            found[name] = setting.check(text)
        except InvalidInput as fault:
            faults[name] = fault
    if faults:
        raise SettingsRefused(faults)
    return found


def policy_of(book: Book, closed_in_books: date | None = None, stock: StockPolicy | None = None) -> BookPolicy:
    """What the planner needs. `closed_in_books` is what the books say themselves; `stock` what the export says."""
    told = setting_of(book, "closed_through")
    closed = [day for day in (closed_in_books, date.fromisoformat(told) if told else None) if day]
    return BookPolicy(
        book=book.name,
        currency=setting_of(book, "currency"),
        closed_through=max(closed, default=None),
        closed_periods=ClosedPeriods(setting_of(book, "closed_periods")),
        create_parties=_on(book, "create_parties"),
        create_items=_on(book, "create_items"),
        journal=JournalPolicy(
            stock=stock or stock_policy_of(book),
            tolerance=Decimal(setting_of(book, "tolerance")),
            rounding_account=setting_of(book, "rounding_account"),
        ),
        batches=BatchShape(setting_of(book, "batches")),
        cogs_apart=_on(book, "cogs_apart"),
        dimensions=frozenset(setting_of(book, "dimensions").split(", ")) - {_EVERY_AXIS},
    )


def stock_policy_of(book: Book) -> StockPolicy:
    """The book's own answer to what an export does not say."""
    return StockPolicy(_on(book, "cogs"), _on(book, "drop_ship_cogs"), _on(book, "purchases_as_exported"))


def _on(book: Book, name: str) -> bool:
    return setting_of(book, name) == "yes"
