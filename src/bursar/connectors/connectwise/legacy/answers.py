"""What the Accounting Interface answers to a batch update: `PsaData` or `PsaError`."""

from collections.abc import Iterable

from bursar.connectors.connectwise.legacy.safe_xml import tree
from bursar.domain.errors import Rejected, SourceUnreadable


def batch_answer(source: bytes | Iterable[bytes]) -> str:
    """What ConnectWise says of an update that succeeded. Raises Rejected with its reason, or SourceUnreadable."""
    root = tree(source, what="answer of the Accounting Interface")
    said = root.text.strip()
    if root.name == "PsaData":
        return said
    if root.name == "PsaError":
        first = said.splitlines()[0].removeprefix("System.Exception:").strip() if said else "no reason given"
        raise Rejected(f"The Accounting Interface refused: {first}.", answer=said)
    raise SourceUnreadable(f"The Accounting Interface answered with {root.name[:40]}, which is no answer to an update.")
