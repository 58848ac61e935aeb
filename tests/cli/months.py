"""Months of invoice lines as CSV text, for customers of the believable MSP."""

from collections.abc import Iterable

HEADINGS = (
    "Invoice Number,Invoice Date,Invoice Status,Organization ID,Organization Name,Subscription ID,Subscription Name,"
    "Offer ID,Offer Name,Charge Type,Billing Cycle,Charge Start,Charge End,Quantity,Unit Price,Total,Currency,Line ID"
)
MAIL, STANDARD, COPILOT = "Exchange Online Plan 1", "Microsoft 365 Business Standard", "Microsoft 365 Copilot"
SNOWSHOE, MILLSTONE, WILLOWBEND = "Snowshoe Sports", "Millstone Press", "Willowbend Senior Care"


def line(
    number: int,
    organization: str,
    offer: str = MAIL,
    quantity: int = 10,
    price: str = "4.00",
    *,
    month: str = "2026-10",
    charge: str = "Cycle Fee",
    currency: str = "USD",
    status: str = "Verified",
    total: str = "",
) -> str:
    """One line of a month of 30 days or more; the subscription is the number's."""
    cycle = "One Time" if charge == "One Time Fee" else "Monthly"
    subscription = "" if charge == "One Time Fee" else f"S-{number}"
    last = f"{month}-30"
    amount = total or f"{quantity * int(price.replace('.', '')) / 100:.2f}"
    cells = [
        f"INV-{number}",
        last,
        status,
        f"O-{organization[:4]}",
        organization,
        subscription,
        "",
        offer.replace(" ", "-"),
        offer,
    ]
    cells += [charge, cycle, f"{month}-01", last, str(quantity), price, amount, currency, f"L-{month[-2:]}-{number:02}"]
    return ",".join(cells)


def month_file(lines: Iterable[str]) -> str:
    return "\n".join([HEADINGS, *lines]) + "\n"


SEPTEMBER = month_file(
    [
        line(1, SNOWSHOE, month="2026-09"),
        line(2, SNOWSHOE, STANDARD, 5, "12.50", month="2026-09"),
        line(3, MILLSTONE, month="2026-09"),
        line(4, MILLSTONE, COPILOT, 2, "30.00", month="2026-09"),
        line(5, MILLSTONE, STANDARD, 3, "12.50", month="2026-09"),
        line(6, MILLSTONE, "Power BI Pro", 1, "14.00", month="2026-09"),
    ]
)
OCTOBER = month_file(
    [
        line(1, SNOWSHOE, quantity=12),  # more seats
        line(2, SNOWSHOE, STANDARD, 5, "12.50"),  # as it was
        line(3, MILLSTONE),
        line(4, MILLSTONE, COPILOT, 2, "30.00"),
        line(6, MILLSTONE, "Power BI Pro", 1, "14.00"),  # and subscription 5 has vanished
        line(7, SNOWSHOE, "Set-up fee", 1, "99.99", charge="One Time Fee"),
        line(8, "Nobody Knows", MAIL),
        line(9, WILLOWBEND, MAIL),  # has no contact
        line(10, "Rheinblick Instruments GmbH", MAIL, 40, "3.70", currency="EUR"),
        line(11, MILLSTONE, MAIL, status="Draft"),
        line(12, SNOWSHOE, COPILOT, 3, "21.29", total="63.88"),  # a cent that no unit price gives
    ]
)
BAD_ROW = line(20, SNOWSHOE).replace("2026-10-30", "2026-13-30", 1)
