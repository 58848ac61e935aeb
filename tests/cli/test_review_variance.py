"""`bursar review variance`, `mute` and `unmute` (rules 145-149)."""

from datetime import timedelta

from django.utils import timezone

from bursar.domain.additions.variance_alerts import Alert
from bursar.store.models import Connection, Mute
from tests.cli.command_line import CommandLine
from tests.web.review.many_variances import a_plan, a_variance, keep

UNTIL = (timezone.now().date() + timedelta(days=5)).isoformat()


def reviewed(bursar: CommandLine) -> None:
    bursar.set_up()
    plan = a_plan(Connection.objects.get())
    keep(
        a_variance(plan, 1),
        a_variance(plan, 2, "23.00", Alert.OVER_BILLED, Alert.STILL_BILLED),
        a_variance(plan, 3, "-5.50", Alert.UNDER_BILLED),
    )


def companies(document: dict[str, object]) -> list[int]:
    found = document["variances"]
    assert isinstance(found, list)
    return [row["company_id"] for row in found]


def test_they_are_listed_with_sentences_and_totals(bursar: CommandLine) -> None:
    reviewed(bursar)
    text = bursar.run("review", "variance").stdout
    assert text.index("Customer 00002") < text.index("Customer 00003") < text.index("Customer 00001")
    assert "still_billed of 2." in text
    assert "Over-billed 23.00 USD, under-billed 5.50 USD." in text
    assert "3 of 3 rows shown, as of the plan of 2026-10." in text


def test_a_document_with_filters(bursar: CommandLine) -> None:
    reviewed(bursar)
    whole = bursar.json("review", "variance")
    assert (whole["month"], whole["count"], companies(whole)) == ("2026-10", 3, [2, 3, 1])
    assert whole["totals"] == [{"currency": "USD", "over_billed": "23.00", "under_billed": "5.50"}]
    assert companies(bursar.json("review", "variance", "--alert", "still_billed")) == [2]
    few = bursar.json("review", "variance", "--limit", "1", "--month", "2026-10")
    assert (few["count"], companies(few)) == (3, [2])
    assert "no such variances" in bursar.run("review", "variance", "--muted").stdout


def test_before_the_first_plan_it_says_how_to_make_one(bursar: CommandLine) -> None:
    bursar.set_up()
    assert "bursar plan make" in bursar.error("review", "variance", code=2)["remedy"]


def test_rule_146_mute_and_unmute_by_name_and_by_id(bursar: CommandLine) -> None:
    reviewed(bursar)
    muted = bursar.json("review", "mute", "customer 00002", "SKU-7", "--until", UNTIL, "--reason", "Free month")
    assert (muted["company_id"], muted["product_id"], muted["until"]) == (2, 7, UNTIL)
    assert companies(bursar.json("review", "variance")) == [3, 1]
    shown = bursar.run("review", "variance", "--muted").stdout
    assert f"Muted until {UNTIL}: Free month" in " ".join(shown.split())
    assert bursar.json("review", "unmute", "2", "7")["was_muted"] is True
    assert "was not muted" in bursar.run("review", "unmute", "2", "7").stdout
    assert not Mute.objects.exists()


def test_rule_146_what_cannot_be_is_said(bursar: CommandLine) -> None:
    reviewed(bursar)
    mute = ("review", "mute", "Customer 00002", "SKU-7")
    assert "not a date" in bursar.error(*mute, "--until", "soon", "--reason", "x", code=2)["sentence"]
    assert "has passed" in bursar.error(*mute, "--until", "2020-01-01", "--reason", "x", code=2)["sentence"]
    nobody = bursar.error("review", "mute", "Nobody", "SKU-7", "--until", UNTIL, "--reason", "x", code=2)
    assert "has no product 'SKU-7' of company 'Nobody'" in nobody["sentence"]
