"""What the Accounting Interface answers to a batch update: `PsaData` or `PsaError`."""

from collections.abc import Iterable

from bursar.connectors.connectwise.legacy.safe_xml import tree
from bursar.connectors.connectwise.legacy.xml_text import DECLARATION, escaped
from bursar.domain.errors import Rejected, SourceUnreadable

_DONE, _REFUSED = "PsaData", "PsaError"
SUCCESSFUL = "Batch update was successful"


def batch_answer(source: bytes | Iterable[bytes]) -> str:
    """What ConnectWise says of an update that succeeded. Raises Rejected with its reason, or SourceUnreadable."""
    root = tree(source, what="answer of the Accounting Interface")
    said = root.text.strip()
    if root.name == _DONE:
        return said
    if root.name == _REFUSED:
        first = said.splitlines()[0].removeprefix("System.Exception:").strip() if said else "no reason given"
        raise Rejected(f"The Accounting Interface refused: {first}.", answer=said)
    raise SourceUnreadable(f"The Accounting Interface answered with {root.name[:40]}, which is no answer to an update.")


def answer_xml(refusal: str = "") -> str:
    """The same answer for a batch that was made over REST, or with a reason for one that was not."""
    name = _REFUSED if refusal else _DONE
    return f"{DECLARATION}<{name}>{escaped(refusal or SUCCESSFUL)}</{name}>\n"
