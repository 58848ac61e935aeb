"""What every step of the story works with."""

from dataclasses import dataclass
from pathlib import Path

from bursar.cli.demo.narrator import Narrator
from bursar.cli.demo.sandbox import Sandbox
from bursar.domain.period import Month
from bursar.ports import Psa
from bursar.store.models import Connection

SHIPPED = Path(__file__).parent.parent / "demo_month"
SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)


@dataclass(frozen=True, slots=True)
class Scene:
    """The connection, the ConnectWise behind it, the world around it, and the voice that tells of them."""

    narrator: Narrator
    connection: Connection
    psa: Psa
    sandbox: Sandbox
