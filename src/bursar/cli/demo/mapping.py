"""Bring the platform's customers, offers and contracts to ConnectWise's companies, products and agreements."""

from collections.abc import Sequence

from bursar.cli.demo.narrator import counted
from bursar.cli.demo.scene import SHIPPED, Scene
from bursar.cli.progress import progress_of
from bursar.domain.mapping import MappingState
from bursar.domain.period import Month
from bursar.store.models import Contract, Offer, Organization
from bursar.usecases.mappings import Proposal, accept, import_mappings, suggest_mappings


def suggest_and_confirm(scene: Scene, month: Month) -> None:
    """Take the exact names, confirm the likely ones from the list that a person made, leave the rest."""
    decisions = f"mappings-{month}.csv"
    scene.narrator.step(
        "Map customers and offers to ConnectWise",
        "bursar mapping suggest --accept-exact",
        f"bursar mapping import {decisions}",
    )
    with progress_of("Comparing names"):
        proposals = suggest_mappings(scene.connection, scene.psa)
    accepted = accept(scene.connection, proposals)
    scene.narrator.done(f"{counted(accepted, 'name')} agree exactly and are taken.")
    _show([proposal for proposal in proposals if proposal.exact is None], scene)
    _take_in(scene, decisions)
    _tell_contracts(scene)
    _tell_unmapped(scene)


def _show(unsure: Sequence[Proposal], scene: Scene) -> None:
    scene.narrator.say(f"{counted(len(unsure), 'name')} need a person's eye:")
    rows = []
    for proposal in unsure:
        best = proposal.suggestions[0] if proposal.suggestions else None
        rows.append((proposal.name, best.candidate.name if best else "-", f"{best.score:.0%}" if best else ""))
    scene.narrator.table(("On the platform", "Most alike in ConnectWise", "Alike"), rows, numbers=(2,))


def _take_in(scene: Scene, decisions: str) -> None:
    """A person looked at the list and wrote down what is right."""
    with (SHIPPED / decisions).open(encoding="utf-8", newline="") as file:
        report = import_mappings(scene.connection, scene.psa, file)
    scene.narrator.done(f"{counted(report.done, 'decision')} of the billing administrator taken from {decisions}.")
    for number, fault in report.faults:
        scene.narrator.waiting(f"Row {number}: {fault.sentence} {fault.remedy}")


def _tell_contracts(scene: Scene) -> None:
    chosen = Contract.objects.filter(connection=scene.connection).count()
    if chosen:
        scene.narrator.done(
            f"{counted(chosen, 'contract')} keep the Agreement that the customer has in ConnectWise already. All other"
            " lines go to an Agreement that Bursar makes per customer and currency."
        )


def _tell_unmapped(scene: Scene) -> None:
    left = [
        row.name
        for kind in (Organization, Offer)
        for row in kind.objects.filter(connection=scene.connection, state=MappingState.UNMAPPED).order_by("name")
    ]
    if left:
        scene.narrator.waiting(f"Left unmapped, without an active counterpart in ConnectWise: {', '.join(left)}.")
