"""What the two systems call the same thing: the read-only Dictionary (rule 25)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One pair of words and what tells them apart."""

    platform: str
    connectwise: str
    meaning: str


DICTIONARY = (
    Term(
        "Organizations",
        "Companies",
        "A customer. An organization is mapped to one company or to several; each invoice line goes to one of them.",
    ),
    Term(
        "Invoice lines",
        "Additions",
        "One charge. An invoice line that is posted becomes, or updates, an Addition on an Agreement of the company.",
    ),
    Term(
        "Offers",
        "Products",
        "What is sold. An offer is mapped to a product that is in the ConnectWise Product Catalog already.",
    ),
    Term(
        "Contracts",
        "Agreements",
        "Under which terms it is billed. An Invoice Contract and an Agreement are similar, not identical, and not "
        "one-to-one.",
    ),
)
