"""A book as a JSON document, and as a person reads it."""

from bursar.cli.epilog import Shape
from bursar.cli.output import Listing, counted, moment, say
from bursar.domain.books.traits import Traits
from bursar.store.models import Book, BookCode, LedgerDocument
from bursar.usecases.book_settings import BOOK_SETTINGS, setting_of

BOOK_KEYS = ("name", "kind", "place", "state", "state_reason", "checked_at", "settings")
TRAIT_KEYS = ("title", "can", "proof", "proven_by", "limits")
SETTING_KEYS = ("name", "value", "changed", "default", "choices", "meaning")
FULL_SHAPE: Shape = {
    "": ("connection", "book", "settings", "traits", "documents", "codes", "unusable_codes", "payments_read_to"),
    "book": BOOK_KEYS,
    "settings[]": SETTING_KEYS,
    "traits": TRAIT_KEYS,
}


def book_document(book: Book) -> dict[str, object]:
    """The facts of a book, without its password. `settings` are those that differ from their defaults."""
    same = ("name", "kind", "place", "state", "state_reason", "checked_at")
    return {**{name: getattr(book, name) for name in same}, "settings": dict(book.policy)}


def setting_documents(book: Book | None) -> list[dict[str, object]]:
    """Every setting with its value in force; of no book, with its default."""
    return [
        {
            "name": setting.name,
            "value": setting_of(book, setting.name) if book else setting.default,
            "changed": book is not None and setting_of(book, setting.name) != setting.default,
            "default": setting.default,
            "choices": list(setting.choices),
            "meaning": setting.meaning,
        }
        for setting in BOOK_SETTINGS
    ]


def traits_document(traits: Traits) -> dict[str, object]:
    """What this kind of books can do, what it has room for, and who has proven it."""
    limits = {name: getattr(traits.limits, name) for name in traits.limits.__slots__}
    return {
        "title": traits.title,
        "can": sorted(traits.capabilities),
        "proof": traits.proof,
        "proven_by": traits.proven_by,
        "limits": {name: value for name, value in limits.items() if value is not None},
    }


def full_document(book: Book, traits: Traits) -> dict[str, object]:
    """A book with its settings, what it can do, and what of ours is there."""
    codes = BookCode.objects.filter(book=book)
    return {
        "connection": book.connection.name,
        "book": book_document(book),
        "settings": setting_documents(book),
        "traits": traits_document(traits),
        "documents": documents_in(book),
        "codes": codes.count(),
        "unusable_codes": codes.filter(unusable=True).count(),
        "payments_read_to": book.payments_read_to,
    }


def documents_in(book: Book) -> int:
    """How many documents of ours are in the book."""
    return LedgerDocument.objects.filter(delivered_to=book, voided=False).exclude(marker="").count()


def place_of(book: Book) -> str:
    """Where the book is, in one line."""
    if "folder" in book.place:
        return str(book.place["folder"])
    return f"{book.place['url']}, database {book.place['database']}, as {book.place['user']}"


def show_book(book: Book, traits: Traits) -> None:
    """Everything about a book but its password."""
    say(f"{book.name}: {book.get_kind_display()}", style="bold")
    say(place_of(book))
    checked = f", tested {moment(book.checked_at)}" if book.checked_at else ""
    say(f"{book.get_state_display()}{checked}. {book.state_reason}".strip())
    say(f"It can: {', '.join(sorted(traits.capabilities)) or 'take documents'}. Proven by {traits.proven_by}.")
    codes = BookCode.objects.filter(book=book)
    unusable = codes.filter(unusable=True).count()
    missing = f", {unusable} of them not usable: `bursar book mapping {book.name} --unusable`" if unusable else ""
    say(f"{counted(documents_in(book), 'document')} of ours in it; {counted(codes.count(), 'code')} seen{missing}.")
    say()
    show_settings(book)


def show_settings(book: Book | None) -> None:
    """The table of settings."""
    listing = Listing("Setting", "Value" if book else "Default", *(["Default"] if book else []), "Choices", "Meaning")
    for setting in BOOK_SETTINGS:
        value = [setting_of(book, setting.name)] if book else []
        listing.row(setting.name, *value, setting.default, ", ".join(setting.choices), setting.meaning)
    listing.show()
