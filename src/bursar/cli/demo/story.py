"""The story: two months of a believable MSP."""

import os
import sys
from pathlib import Path

import httpx2

from bursar.cli.adapters import open_psa
from bursar.cli.demo import accounting, adoption, books, mapping, opening, payments, posting
from bursar.cli.demo.logins import read_logins
from bursar.cli.demo.narrator import Narrator
from bursar.cli.demo.sandbox import Facts, Sandbox, read_facts
from bursar.cli.demo.scene import OCTOBER, SEPTEMBER, Scene
from bursar.cli.exits import ExitCode
from bursar.cli.first_use import prepare_store
from bursar.cli.output import complain, out
from bursar.domain.errors import BursarError

RETIRED = "PROJECT-P3"


def main() -> ExitCode:
    """Tell the story to whoever watches. DONE when everything was accounted for to the cent."""
    try:
        prepare_store()
        facts = read_facts(sys.stdin.readline())
        opening.let_in(read_logins(sys.stdin.readline().strip()))
        balanced = tell(Narrator(out()), facts)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BursarError as error:
        complain(error.sentence, error.remedy)
        return ExitCode.TROUBLE
    except httpx2.HTTPError as error:
        complain(f"The sandbox did not answer as it should: {error}", "Run `bursar demo` again.")
        return ExitCode.TROUBLE
    return ExitCode.DONE if balanced else ExitCode.TROUBLE


def tell(narrator: Narrator, facts: Facts) -> bool:
    """Play all steps. Returns whether the money agrees."""
    opening.introduce(narrator)
    connection = opening.add(narrator, facts)
    with open_psa(connection) as psa, Sandbox(facts) as sandbox:
        scene = Scene(narrator, connection, psa, sandbox)
        opening.prove(scene)
        opening.choose_agreement_type(scene)
        _september(scene)
        billed = _october(scene)
        return _books(scene) and billed


def _september(scene: Scene) -> None:
    """The month before, so that October has something to change."""
    posting.load(scene, SEPTEMBER)
    mapping.suggest_and_confirm(scene, SEPTEMBER)
    posting.post(scene, SEPTEMBER)
    accounting.invoice(scene, SEPTEMBER)


def _october(scene: Scene) -> bool:
    posting.load(scene, OCTOBER)
    posting.load_again(scene, OCTOBER)
    mapping.suggest_and_confirm(scene, OCTOBER)
    adoption.adopt(scene, OCTOBER)
    posting.retire_product(scene, RETIRED)
    posting.preview(scene, OCTOBER)
    report = posting.post(scene, OCTOBER)
    posting.post_again(scene, OCTOBER)
    posting.keep_plan(scene, OCTOBER)
    invoiced = accounting.invoice(scene, OCTOBER)
    accounting.list_blocked(scene, report)
    return accounting.reconcile(scene, report, invoiced)


def _books(scene: Scene) -> bool:
    """What was invoiced goes to the books. Returns whether they agree, and nothing was written twice."""
    book = books.open_book(scene, Path(os.environ["BURSAR_HOME"]) / "books")
    books.export(scene)
    report = books.post(scene, book)
    once = books.post_again(scene)
    agrees = books.reconcile(scene, book)
    payments.pay(scene, book)
    paid = payments.bring_back(scene)
    return agrees and once and paid and report.verdict == "balanced"
