"""What other people do in ConnectWise while Bursar is in use: bill by hand, edit an Addition, run the invoicing."""

from datetime import date
from decimal import Decimal

from bursar.domain.period import Month
from tests.cli.psa_process import API, PsaProcess

Record = dict[str, object]


class ConnectWiseByHand:
    """A person with all rights, and a second witness of what was invoiced."""

    def __init__(self, psa: PsaProcess) -> None:
        self.psa = psa

    def bill_by_hand(self, company: str, product: str, *, quantity: int, price: str, since: date) -> None:
        """An Agreement with one Addition, typed in before Bursar came."""
        customer = self.psa.company_record(company)
        kind = next(row for row in self.psa.records("agreementType") if row["name"] == "Cloud Subscriptions")
        agreement = {
            "name": f"Managed by hand {company}",
            "type": {"id": kind["id"]},
            "company": {"id": customer["id"]},
            "contact": customer["defaultContact"],
            "startDate": f"{since}T00:00:00Z",
            "billStartDate": f"{since}T00:00:00Z",
            "noEndingDateFlag": True,
            "billingCycle": {"id": 1},
            "currency": {"id": 1},
        }
        self.psa.create("/finance/agreements", agreement)
        made = self._newest("agreement")
        item = next(row for row in self.psa.records("catalogItem") if row["identifier"] == product)
        addition = {
            "product": {"id": item["id"]},
            "quantity": quantity,
            "unitPrice": float(price),
            "billCustomer": "Billable",
            "effectiveDate": f"{since}T00:00:00Z",
        }
        self.psa.create(f"/finance/agreements/{made['id']}/additions", addition)

    def _newest(self, kind: str) -> Record:
        return max(self.psa.records(kind), key=lambda row: int(str(row["id"])))

    def edit(self, company: str, description: str, *, quantity: int) -> None:
        """Change the quantity of an open Addition on the screen."""
        customer = self.psa.company_record(company)
        agreements = {row["id"] for row in self.psa.records("agreement") if _id(row["company"]) == customer["id"]}
        found = next(
            row
            for row in self.psa.records("addition")
            if row["agreementId"] in agreements and description in str(row["invoiceDescription"])
        )
        public, private = self.psa.keys["Admin"]
        self.psa.client.patch(
            f"{API}/finance/agreements/{found['agreementId']}/additions/{found['id']}",
            json=[{"op": "replace", "path": "quantity", "value": quantity}],
            auth=(f"{self.psa.company}+{public}", private),
            headers={"clientId": self.psa.client_id},
        ).raise_for_status()

    def open_additions(self, company: str) -> list[tuple[str, Decimal]]:
        """Agreement and amount of everything that a customer is billed without an end."""
        customer = self.psa.company_record(company)
        agreements = [row for row in self.psa.records("agreement") if _id(row["company"]) == customer["id"]]
        names = {row["id"]: str(row["name"]) for row in agreements}
        return [
            (names[row["agreementId"]], Decimal(str(row["extPrice"])))
            for row in self.psa.records("addition")
            if row["agreementId"] in names and not row.get("cancelledDate")
        ]

    def invoice(self, month: Month) -> Decimal:
        """Run ConnectWise's agreement invoicing for the month; returns what all its invoices come to."""
        answer = self.psa.client.post("/_control/invoice-due", json={"through": month.first.isoformat()})
        made = set(answer.raise_for_status().json()["invoices"])
        totals = [row["total"] for row in self.psa.records("invoice") if row["id"] in made]
        return sum((Decimal(str(total)) for total in totals), Decimal(0))


def _id(reference: object) -> object:
    return reference["id"] if isinstance(reference, dict) else None
