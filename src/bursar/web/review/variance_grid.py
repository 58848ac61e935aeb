"""The grid of variances: its columns, filters and what can be done with many rows (rules 145-149 and 151)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from bursar.domain.additions.variance_alerts import Alert
from bursar.store.models import Connection, Mute, Run, Variance
from bursar.store.queries.variances import mutes_of, variances_of
from bursar.web.grid.grid import BulkAction, ChoiceFilter, Column, Grid, contains

TITLES: Mapping[Alert, str] = {
    Alert.OVER_BILLED: "Over-billed",
    Alert.UNDER_BILLED: "Under-billed",
    Alert.STILL_BILLED: "Still billed",
    Alert.NEW_WITHOUT_AGREEMENT: "New without Agreement",
    Alert.QUANTITY_CHANGE: "Quantity changed",
    Alert.PRICE_CHANGE: "Price changed",
    Alert.AGREEMENT_SETUP: "Agreement set-up",
}
LOOKS: Mapping[Alert, str] = {
    **dict.fromkeys((Alert.OVER_BILLED, Alert.UNDER_BILLED, Alert.STILL_BILLED), "danger"),
    **dict.fromkeys((Alert.NEW_WITHOUT_AGREEMENT, Alert.QUANTITY_CHANGE, Alert.PRICE_CHANGE), "warning"),
    Alert.AGREEMENT_SETUP: "info",
}
MUTE, UNMUTE = "mute", "unmute"


@dataclass(frozen=True, slots=True)
class Remark:
    """One alert of a row."""

    title: str
    look: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.title}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class VarianceRow:
    """What a row shows."""

    row: Variance
    remarks: Sequence[Remark]
    mute: Mute | None

    @property
    def mute_text(self) -> str:
        """For files: one cell."""
        return f"until {self.mute.until}: {self.mute.reason} ({self.mute.muted_by})" if self.mute else ""


def variance_rows(
    connection: Connection, plan: Run, today: date
) -> tuple[Grid[Variance, VarianceRow], QuerySet[Variance]]:
    """The grid and what it may show."""
    grid: Grid[Variance, VarianceRow] = Grid(
        name="Variance",
        columns=COLUMNS,
        present=lambda found: _presented(connection, found, today),
        search=contains("company_name", "product_identifier"),
        search_hint="Customer or product",
        filters=FILTERS,
        actions=ACTIONS,
        first_sort="remarks",
    )
    return grid, variances_of(plan, today)


def _presented(connection: Connection, found: Sequence[Variance], today: date) -> Sequence[VarianceRow]:
    mutes = mutes_of(connection, found, today)
    return [VarianceRow(row, remarks_of(row), mutes.get((row.company_id, row.product_id))) for row in found]


def remarks_of(row: Variance) -> Sequence[Remark]:
    """The row's alerts with their sentences."""
    alerts = [Alert(name) for name in row.alerts.split(",") if name]
    return [
        Remark(TITLES[alert], LOOKS[alert], str(sentence)) for alert, sentence in zip(alerts, row.details, strict=True)
    ]


COLUMNS: Sequence[Column[VarianceRow]] = (
    Column("company", "Customer", lambda r: r.row.company_name, sort="company_name", filled=True, always=True),
    Column("product", "Product", lambda r: r.row.product_identifier, sort="product_identifier", filled=True),
    Column(
        "remarks",
        "To look at",
        lambda r: "; ".join(map(str, r.remarks)),
        sort="rank",
        filled=True,
        template="review/variance/remarks.html",
    ),
    Column("mute", "Mute", lambda r: r.mute_text, template="review/variance/mute.html"),
    Column(
        "difference",
        "Difference",
        lambda r: r.row.difference,
        sort="difference",
        filled=True,
        number=True,
        template="review/variance/difference.html",
    ),
    Column("currency", "Currency", lambda r: r.row.currency, sort="currency", filled=True),
    Column(
        "platform_quantity",
        "Platform qty",
        lambda r: r.row.platform_quantity,
        number=True,
        template="grid/decimal.html",
    ),
    Column(
        "platform_amount",
        "Platform amount",
        lambda r: r.row.platform_amount,
        sort="platform_amount",
        filled=True,
        number=True,
        template="grid/amount.html",
    ),
    Column(
        "planned_quantity",
        "ConnectWise qty",
        lambda r: r.row.planned_quantity,
        number=True,
        template="grid/decimal.html",
    ),
    Column(
        "planned_amount",
        "ConnectWise amount",
        lambda r: r.row.planned_amount,
        sort="planned_amount",
        filled=True,
        number=True,
        template="grid/amount.html",
    ),
    Column(
        "psa_quantity",
        "ConnectWise qty now",
        lambda r: r.row.psa_quantity,
        number=True,
        template="grid/decimal.html",
        at_first=False,
    ),
    Column(
        "psa_amount",
        "ConnectWise amount now",
        lambda r: r.row.psa_amount,
        sort="psa_amount",
        filled=True,
        number=True,
        template="grid/amount.html",
    ),
    Column(
        "last_quantity",
        "Last month qty",
        lambda r: r.row.last_quantity,
        number=True,
        template="grid/decimal.html",
    ),
    Column(
        "last_amount",
        "Last month amount",
        lambda r: r.row.last_amount,
        sort="last_amount",
        filled=True,
        number=True,
        template="grid/amount.html",
    ),
    Column("company_id", "Company ID", lambda r: r.row.company_id, sort="company_id", filled=True, at_first=False),
    Column("product_id", "Product ID", lambda r: r.row.product_id, sort="product_id", filled=True, at_first=False),
)
FILTERS = (
    ChoiceFilter("muted", "Muted", "muted", [("0", "Not muted"), ("1", "Muted")], default="0"),
    ChoiceFilter("alert", "To look at", "alerts__contains", [(alert.value, TITLES[alert]) for alert in Alert]),
    ChoiceFilter("differs", "Difference", "differs", [("1", "Only differences")]),
)
ACTIONS = (
    BulkAction(MUTE, "Mute", "bell-slash", "Nobody is told of {rows} until the day that you choose."),
    BulkAction(UNMUTE, "Unmute", "bell", "Those of {rows} that are muted are shown with the others again."),
)
