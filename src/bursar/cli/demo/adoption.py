"""Additions that somebody typed in before Bursar came: Bursar asks before it bills beside them (rule 99)."""

from collections.abc import Iterator
from dataclasses import dataclass

from bursar.cli.demo.narrator import counted
from bursar.cli.demo.posting import plan_of
from bursar.cli.demo.scene import Scene
from bursar.domain.period import Month
from bursar.domain.psa import Addition
from bursar.store.models import Contract, Line, Offer
from bursar.usecases.edit_lines import edit_line


@dataclass(frozen=True, slots=True)
class _Typed:
    """A line, and the open Additions of its product that a person made on its Agreement."""

    line: Line
    additions: list[Addition]


def adopt(scene: Scene, month: Month) -> None:
    """Where exactly one Addition bills the line's product by hand, take it over; else leave the choice open."""
    scene.narrator.step("Take over what was typed in by hand", "bursar lines set LINE_ID --adopt ADDITION_ID")
    found = list(_typed_in(scene, month))
    clear = [item for item in found if len(item.additions) == 1]
    for item in clear:
        edit_line(scene.connection, item.line.line_id, {"adopt": item.additions[0].id})
    scene.narrator.say(
        "Before Bursar came, somebody typed subscriptions into these Agreements. It asks before billing beside them."
    )
    scene.narrator.done(
        f"{counted(len(clear), 'line')} with exactly one such Addition: the billing administrator says, that is it."
    )
    scene.narrator.say("In these the quantity by hand was wrong:")
    headings = ("Customer", "Product", "By hand", "Platform")
    scene.narrator.table(headings, map(_compared, filter(_differs, clear)), numbers=(2, 3))
    for item in found:
        if item not in clear:
            scene.narrator.waiting(
                f"{item.line.organization_name} has {counted(len(item.additions), 'Addition')} by hand for"
                f" {item.line.offer_name}. Which is it? The line stays blocked."
            )


def _typed_in(scene: Scene, month: Month) -> Iterator[_Typed]:
    blocked = [item for item in plan_of(scene, month).blocked if item.code == "possible_duplicate"]
    ids = [line_id for item in blocked for line_id in item.lines]
    lines = Line.objects.filter(connection=scene.connection, line_id__in=ids)
    products = dict(Offer.objects.filter(connection=scene.connection).values_list("offer_id", "product_id"))
    agreements = dict(Contract.objects.filter(connection=scene.connection).values_list("contract_id", "agreement_id"))
    chosen = [(line, agreements[line.contract_id or ""]) for line in lines if line.contract_id in agreements]
    additions = dict(scene.psa.additions({agreement_id for _, agreement_id in chosen}))
    for line, agreement_id in chosen:
        on_agreement = additions[agreement_id]
        same = [a for a in on_agreement if a.product_id == products[line.offer_id] and not a.marker and not a.cancelled]
        yield _Typed(line, same)


def _differs(item: _Typed) -> bool:
    return item.additions[0].quantity != item.line.quantity


def _compared(item: _Typed) -> tuple[str, str, str, str]:
    by_hand = item.additions[0]
    return item.line.organization_name, item.line.offer_name, f"{by_hand.quantity:f}", f"{item.line.quantity:f}"
