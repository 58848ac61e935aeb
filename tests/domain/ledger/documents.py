"""Documents for the tests of the ledger: a few that are written out, and any that an export could hold."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum

from hypothesis import strategies as st

from bursar.domain.ledger import normalise
from bursar.domain.ledger.documents import (
    Axis,
    Dimension,
    Document,
    DocumentKind,
    Line,
    More,
    PartyRef,
    RecordType,
    Tax,
)

INVOICE = Document(
    kind=DocumentKind.AR_INVOICE,
    record=RecordType.TRANSACTION,
    number="4711",
    day=date(2026, 10, 31),
    currency="EUR",
    total=Decimal("142.80"),
    control_account="1200",
    entry_ids=(11, 12, 13),
    record_id="900",
    party=PartyRef(account_number="CONTOSO", name="Contoso Ltd", company_type="Customer"),
    document_type="INVOICE",
    lines=(
        Line(
            account="4000",
            amount=Decimal("100.00"),
            entry_ids=(14,),
            gl_type="RP",
            quantity=Decimal(4),
            unit_price=Decimal("25.00"),
            cost=Decimal("60.00"),
            cost_account="5000",
            inventory_account="1400",
            item="SWITCH",
        ),
        Line(account="4400", amount=Decimal("20.00"), entry_ids=(15,), gl_type="RA", memo="Managed services"),
    ),
    taxes=(Tax("2200", Decimal("22.80"), (16,), "ST", "VAT", rate=Decimal(19), description="Level 1 Sales Tax"),),
    stated_tax=Decimal("22.80"),
)
CREDIT_MEMO = replace(INVOICE, kind=DocumentKind.AR_CREDIT, number="4712", record_id="901", document_type="CREDIT MEMO")
PURCHASE = Document(
    kind=DocumentKind.AP_BILL_PO,
    record=RecordType.PURCHASE,
    number="PO77",
    day=date(2026, 10, 12),
    currency="EUR",
    total=Decimal("119.00"),
    control_account="2000",
    record_id="PO #PO77, Packing Slip: A1",
    party=PartyRef(vendor_number="DISTRI", account_number="DISTRI", name="Distribution AG"),
    vendor_invoice="R-2026-9",
    lines=(
        Line(
            account="4000",
            amount=Decimal("100.00"),
            entry_ids=(31,),
            gl_type="RP",
            quantity=Decimal(4),
            cost=Decimal("100.00"),
            cost_account="5000",
            inventory_account="1400",
            item="SWITCH",
        ),
    ),
    taxes=(Tax("1570", Decimal("19.00"), (32,), "PT", "VAT", rate=Decimal(19), separate=True),),
)
EXPENSES = Document(
    kind=DocumentKind.AP_BILL_EXPENSE,
    record=RecordType.EXPENSE_BILL,
    number="51jdoe",
    day=date(2026, 10, 15),
    currency="EUR",
    total=Decimal("33.95"),
    control_account="2100",
    entry_ids=(51,),
    party=PartyRef(vendor_number="JDOE", member="jdoe"),
    lines=(
        Line("6100", Decimal("2.45"), (51, 52), "EE", memo="Mileage"),
        Line("6100", Decimal("31.50"), (53, 54), "EE", memo="Hotel"),
    ),
)
ADJUSTMENT = Document(
    kind=DocumentKind.INVENTORY_ADJUSTMENT,
    record=RecordType.ADJUSTMENT,
    number="Count 3",
    day=date(2026, 10, 20),
    currency="EUR",
    total=Decimal("-30.00"),
    control_account="5900",
    entry_ids=(61, 62),
    record_id="61,62",
    lines=(
        Line(
            "5900", Decimal("-50.00"), quantity=Decimal(-2), cost=Decimal(25), inventory_account="1400", item="SWITCH"
        ),
        Line("5910", Decimal("20.00"), quantity=Decimal(4), cost=Decimal(5), inventory_account="1410", item="CABLE"),
    ),
)

AMOUNTS = st.decimals(Decimal("-99999.99"), Decimal("99999.99"), places=2)


class Door(Enum):
    """What carries the documents: not every field exists in both dialects."""

    LEGACY = "legacy"
    REST = "rest"


def texts(max_size: int = 12) -> st.SearchStrategy[str]:
    """Any text, as the model keeps it."""
    return st.text(max_size=max_size).map(normalise.text)


def names() -> st.SearchStrategy[str]:
    """Texts that say something."""
    return texts().filter(bool)


def accounts() -> st.SearchStrategy[str]:
    return st.from_regex(r"[0-9]{4}(:[A-Z]{1,3})?", fullmatch=True)


def _numbers() -> st.SearchStrategy[Decimal | None]:
    return st.none() | st.decimals(Decimal(-999), Decimal(999), places=7)


@st.composite
def documents(draw: st.DrawFn, door: Door = Door.REST, records: tuple[RecordType, ...] = tuple(RecordType)) -> Document:
    """A balanced document that the door can carry, with GL entry ids that are all different."""
    record = draw(st.sampled_from(records))
    keys = iter(draw(st.lists(st.integers(1, 2**31 - 1), min_size=40, max_size=40, unique=True)))

    def ids(most: int) -> tuple[int, ...]:
        return tuple(next(keys) for _ in range(draw(st.integers(0, most))))

    build = {
        RecordType.TRANSACTION: _sale,
        RecordType.PURCHASE: _purchase,
        RecordType.EXPENSE_BILL: _expenses,
        RecordType.EXPENSE: _journal,
        RecordType.ADJUSTMENT: _adjustment,
        RecordType.TRANSFER: _transfer,
    }[record]
    document = build(draw, ids, door)
    return replace(document, more=draw(_more(door)))


def _more(door: Door) -> st.SearchStrategy[More]:
    if door is Door.LEGACY:
        return st.just(()) | names().map(lambda text: (("AddressLine9", text), ("Unseen", text)))
    levels = st.decimals(0, 99, places=2).map(
        lambda amount: (("_info.updatedBy", "me"), ("taxLevels.0.taxAmount", amount), ("taxLevels.0.taxLevel", 1))
    )
    return st.just(()) | levels


def _base(draw: st.DrawFn, record: RecordType, kind: DocumentKind) -> Document:
    return Document(
        kind=kind,
        record=record,
        number=draw(names()),
        day=draw(st.dates(date(2000, 1, 1), date(2040, 12, 31))),
        currency=draw(st.sampled_from(["EUR", "USD", "GBP"])),
        total=Decimal(0),
        control_account=draw(accounts()),
        document_type="",
        memo=draw(texts()),
    )


def _dimensions(draw: st.DrawFn, *axes: Axis) -> tuple[Dimension, ...]:
    drawn = [(axis, draw(texts(5))) for axis in axes]
    return tuple(Dimension(axis, value) for axis, value in drawn if value)


def _entered(draw: st.DrawFn, record: RecordType) -> datetime | None:
    if draw(st.booleans()):
        return None
    clock = draw(st.times().map(lambda at: at.replace(microsecond=0))) if record is RecordType.PURCHASE else time()
    return datetime.combine(draw(st.dates(date(2000, 1, 1), date(2040, 12, 31))), clock)


def _line(draw: st.DrawFn, ids: Callable[[int], tuple[int, ...]], record: RecordType) -> Line:
    line = Line(
        account=draw(accounts()),
        amount=draw(AMOUNTS),
        entry_ids=ids(3 if record is RecordType.EXPENSE_BILL else 1),
        gl_type=draw(st.sampled_from(["RP", "R", "RA", "EE", "PF", ""])),
        memo=draw(texts(40)),
        entered=_entered(draw, record),
        dimensions=_dimensions(draw, Axis.CLASS),
    )
    if record is RecordType.EXPENSE_BILL:
        return line
    return replace(
        line,
        quantity=draw(_numbers()),
        unit_price=draw(_numbers()),
        cost=draw(st.none() | st.decimals(0, 999, places=2)),
        cost_account=draw(st.just("") | accounts()),
        inventory_account=draw(st.just("") | accounts()),
        item=draw(texts()),
        description=draw(texts()),
        unit=draw(texts()),
        tax_code=draw(texts(4)),
        taxable=draw(st.none() | st.booleans()),
        drop_shipped=draw(st.none() | st.booleans()),
    )


def _tax(draw: st.DrawFn, ids: Callable[[int], tuple[int, ...]], gl_type: str, record: RecordType) -> Tax:
    tax = Tax(draw(accounts()), draw(AMOUNTS), ids(1), gl_type, memo=draw(texts()), entered=_entered(draw, record))
    if record is RecordType.EXPENSE_BILL:
        return tax
    rate = draw(st.none() | st.decimals(0, 99, places=3))
    return replace(tax, code=draw(texts(4)), agency=draw(texts(4)), rate=rate, separate=record is RecordType.PURCHASE)


def _filled(draw: st.DrawFn, ids: Callable[[int], tuple[int, ...]], base: Document, tax: str) -> tuple[Document, bool]:
    """With lines and taxes and the total they come to; and whether that had to be turned to be positive."""
    lines = [_line(draw, ids, base.record) for _ in range(draw(st.integers(0, 4)))]
    taxes = [_tax(draw, ids, tax, base.record) for _ in range(draw(st.integers(0, 2)))]
    total = sum([line.amount for line in lines] + [tax.amount for tax in taxes], Decimal(0))
    if total < 0:
        lines = [replace(line, amount=-line.amount) for line in lines]
        taxes = [replace(tax, amount=-tax.amount) for tax in taxes]
    return replace(base, lines=tuple(lines), taxes=tuple(taxes), total=abs(total), entry_ids=ids(4)), total < 0


def _sale(draw: st.DrawFn, ids: Callable[[int], tuple[int, ...]], door: Door) -> Document:
    base = _base(draw, RecordType.TRANSACTION, DocumentKind.AR_INVOICE)
    document, credit = _filled(draw, ids, base, "ST")
    kind, shown, billing = DocumentKind.AR_INVOICE, "INVOICE", "Standard"
    if credit or draw(st.booleans()):
        kind, shown = DocumentKind.AR_CREDIT, draw(st.sampled_from(["INVOICE", "CREDIT MEMO"]))
        shown = shown if document.total else "CREDIT MEMO"
    elif draw(st.booleans()):
        kind, billing = DocumentKind.AR_DOWNPAYMENT, "DownPayment"
    rest = door is Door.REST
    return replace(
        document,
        kind=kind,
        document_type=shown,
        billing_type=billing,
        record_id=str(draw(st.integers(1, 9999))) if rest else "",
        party=PartyRef(
            account_number=draw(texts()),
            name=draw(texts()),
            identifier=draw(texts()) if rest else "",
            company_id=draw(st.none() | st.integers(1, 999)) if rest else None,
            company_type=draw(texts()),
        ),
        due=draw(st.none() | st.dates(date(2000, 1, 1), date(2040, 1, 1))),
        terms=draw(texts()),
        po_number=draw(texts()),
        stated_tax=draw(st.none() | st.decimals(0, 99, places=2)),
        dimensions=_dimensions(draw, Axis.CLASS, Axis.TERRITORY),
    )


def _purchase(draw: st.DrawFn, ids: Callable[[int], tuple[int, ...]], _door: Door) -> Document:
    base = _base(draw, RecordType.PURCHASE, DocumentKind.AP_BILL_PO)
    document, credit = _filled(draw, ids, base, "PT")
    return replace(
        document,
        kind=DocumentKind.AP_CREDIT if credit else DocumentKind.AP_BILL_PO,
        entry_ids=(),
        record_id=draw(names()),
        party=PartyRef(draw(texts()), draw(texts()), draw(texts()), company_type=draw(texts())),
        vendor_invoice=draw(texts()),
        terms=draw(texts()),
        dimensions=_dimensions(draw, Axis.CLASS),
    )


def _expenses(draw: st.DrawFn, ids: Callable[[int], tuple[int, ...]], _door: Door) -> Document:
    base = _base(draw, RecordType.EXPENSE_BILL, DocumentKind.AP_BILL_EXPENSE)
    document, credit = _filled(draw, ids, base, "ET")
    kind = DocumentKind.AP_CREDIT if credit else DocumentKind.AP_BILL_EXPENSE
    party = PartyRef(vendor_number=draw(texts()), member=draw(texts()))
    return replace(document, kind=kind, party=party, dimensions=_dimensions(draw, Axis.CLASS))


def _journal(draw: st.DrawFn, ids: Callable[[int], tuple[int, ...]], _door: Door) -> Document:
    amount, own = draw(AMOUNTS), ids(1)
    return replace(
        _base(draw, RecordType.EXPENSE, DocumentKind.JOURNAL),
        number=str(own[0]) if own else "",
        total=amount,
        lines=(Line(draw(accounts()), amount, own, "EE", dimensions=_dimensions(draw, Axis.CLASS)),),
        entry_ids=ids(1),
        party=PartyRef(vendor_number=draw(texts()), member=draw(texts())),
        description=draw(texts()),
    )


def _adjustment(draw: st.DrawFn, ids: Callable[[int], tuple[int, ...]], _door: Door) -> Document:
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        amount = draw(AMOUNTS)
        quantity = Decimal(1 if amount >= 0 else -1) * draw(st.integers(1, 50))
        lines.append(
            Line(
                account=draw(accounts()),
                amount=amount,
                quantity=quantity,
                cost=draw(st.none() | st.decimals(0, 99, places=2)),
                inventory_account=draw(accounts()),
                item=draw(texts()),
                dimensions=_dimensions(draw, Axis.CLASS),
            )
        )
    keys = ids(3)
    return replace(
        _base(draw, RecordType.ADJUSTMENT, DocumentKind.INVENTORY_ADJUSTMENT),
        currency="USD",
        total=sum((line.amount for line in lines), Decimal(0)),
        lines=tuple(lines),
        entry_ids=keys,
        record_id=",".join(map(str, keys)) or "7-adjustment",
        gl_type="IA",
    )


def _transfer(draw: st.DrawFn, ids: Callable[[int], tuple[int, ...]], _door: Door) -> Document:
    amount, keys = draw(AMOUNTS), ids(1)
    line = Line(
        account=draw(accounts()),
        amount=amount,
        entry_ids=keys,
        gl_type="IT",
        quantity=draw(_numbers()),
        cost=draw(st.none() | st.decimals(0, 99, places=2)),
        inventory_account=draw(st.just("") | accounts()),
        item=draw(texts()),
    )
    return replace(
        _base(draw, RecordType.TRANSFER, DocumentKind.INVENTORY_TRANSFER),
        number=str(draw(st.integers(1, 999))),
        total=amount,
        lines=(line,),
        entry_ids=ids(1),
        record_id=str(keys[0]) if keys else "7-transfer",
    )
