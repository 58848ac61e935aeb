"""One document of every kind, for all books: the written-out ones of the ledger's tests and what they lack."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bursar.domain.ledger.documents import Axis, Dimension, Document, DocumentKind, Line, PartyRef, RecordType
from bursar.domain.ledger.stock_accounts import StockPolicy, cogs_journal
from tests.domain.ledger.documents import ADJUSTMENT, CREDIT_MEMO, EXPENSES, INVOICE, PURCHASE

_COSTS = cogs_journal(INVOICE, StockPolicy(cogs=True))
assert _COSTS is not None

SAMPLES: dict[DocumentKind, Document] = {
    DocumentKind.AR_INVOICE: INVOICE,
    DocumentKind.AR_CREDIT: CREDIT_MEMO,
    DocumentKind.AR_DOWNPAYMENT: replace(
        INVOICE,
        kind=DocumentKind.AR_DOWNPAYMENT,
        number="4713",
        record_id="902",
        billing_type="DownPayment",
        total=Decimal("500.00"),
        lines=(Line("2300", Decimal("500.00"), (17,), "RD", memo="Half in advance"),),
        taxes=(),
        stated_tax=None,
    ),
    DocumentKind.AP_BILL_PO: PURCHASE,
    DocumentKind.AP_BILL_EXPENSE: EXPENSES,
    DocumentKind.AP_CREDIT: replace(
        PURCHASE,
        kind=DocumentKind.AP_CREDIT,
        number="PO78",
        record_id="PO #PO78, Packing Slip: A2",
        vendor_invoice="G-2026-1",
    ),
    DocumentKind.INVENTORY_ADJUSTMENT: ADJUSTMENT,
    DocumentKind.INVENTORY_TRANSFER: Document(
        kind=DocumentKind.INVENTORY_TRANSFER,
        record=RecordType.TRANSFER,
        number="12",
        day=date(2026, 10, 21),
        currency="EUR",
        total=Decimal("75.00"),
        control_account="1410",
        record_id="12-transfer",
        gl_type="IT",
        lines=(Line("1400", Decimal("75.00"), (71,), "IT", quantity=Decimal(3), item="SWITCH"),),
    ),
    DocumentKind.COGS_JOURNAL: _COSTS,
    DocumentKind.JOURNAL: Document(
        kind=DocumentKind.JOURNAL,
        record=RecordType.EXPENSE,
        number="81",
        day=date(2026, 11, 3),
        currency="EUR",
        total=Decimal("12.30"),
        control_account="2100",
        entry_ids=(81,),
        party=PartyRef(vendor_number="JDOE", member="jdoe"),
        description="Parking",
        lines=(Line("6100", Decimal("12.30"), (82,), "EE", dimensions=(Dimension(Axis.CLASS, "Support"),)),),
    ),
}
"""By kind, all in EUR, in October and November 2026, each with a number of its own."""

ODD_TEXTS = (
    'He said "no", then \\ left; (really) [1/2]',
    "  first line\nsecond line\r\n\n\ttabbed  \n",
    "date:2026-99-99, type:X, a:b=c|d @ 5 EUR * ! #tag ^link",
    "'=SUM(A1:A9)",
    "+1-800",
    "Müller & Söhne – 株式会社 🧾 e\u0301 \u202e\u200d\ufeff",
    "nul\x00 bell\x07 esc\x1b del\x7f next\x85 line\u2028 page\x0c",
    "%41%zz 100% {x} <b>&amp;</b> ~`",
    "!TRNS\tSPL\tENDTRNS",
    "x" * 500,
)
"""Texts that some format gives a meaning to."""
