"""One document: the journal beside the record it came from, and what can be done with it."""

import json
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client

from bursar.store.models import LedgerDocument, LedgerException
from bursar.usecases.runs import EXPORT_LEDGER, POST_LEDGER
from bursar.web.ledger.journal_view import readable
from tests.web.ledger.conftest import Desk
from tests.web.visitors import element, links_of, part_of, text_of, tree_of, words

pytestmark = pytest.mark.django_db


def export(desk: Desk, operator: Client) -> None:
    desk.world.book()
    operator.post(desk.url("ledger:export-all"))
    desk.carried(EXPORT_LEDGER)


def post(desk: Desk, operator: Client, **sent: object) -> None:
    """Ask, agree, and have it carried out."""
    wanted = {"do": "post", "view": "", **(sent or {"everything": 1})}
    asked = operator.post(desk.url("ledger:documents-bulk"), wanted)
    shown = tree_of(asked).findall(".//input[@name='shown']")[0].get("value")
    operator.post(desk.url("ledger:documents-bulk"), {**wanted, "shown": shown})
    desk.carried(POST_LEDGER)


def page(desk: Desk, browser: Client, number: str, **query: object) -> HttpResponse:
    answer = browser.get(desk.url("ledger:document", desk.document(number).pk, **query))
    assert answer.status_code == 200
    return answer


def amounts(answer: HttpResponse, journal: int = 1) -> list[tuple[str, str, str]]:
    """Account, debit and credit of each row of a journal."""
    panel = tree_of(answer).findall(f".//section[@aria-labelledby='journal-{journal}']")[0]
    rows = [list(row) for row in panel.findall(".//tbody/tr")[: len(panel.findall(".//tbody")[0])]]
    return [(words(row[0]).split()[0], words(row[2]), words(row[3])) for row in rows]


def test_debits_and_credits_balance_beside_the_record_itself(desk: Desk, operator: Client, viewer: Client) -> None:
    export(desk, operator)
    answer = page(desk, viewer, "10080")
    rows = amounts(answer)
    debit, credit = (sum(Decimal((row[side] or "0").replace(",", "")) for row in rows) for side in (1, 2))
    assert rows[0] == ("1100", "2,414.38", "")
    assert debit == credit
    assert f"Total USD Balanced {debit:,.2f} {credit:,.2f}" in text_of(answer)
    source = tree_of(answer).findall(".//pre")[0].text or ""
    assert json.loads(source) == json.loads(desk.document("10080").source)
    assert '"documentNumber": "10080"' in source
    for word in ("Ready", "Eastgate Realty Group", "transaction:80", "Madison"):
        assert word in text_of(answer)


def test_every_digit_of_the_record_stays_as_connectwise_wrote_it() -> None:
    source = '{"total":1234567890123456.10,"rate":6.8750,"name":"Grün & Söhne","ids":"1,2"}'
    shown = readable(source)
    assert '"total": 1234567890123456.10,' in shown
    assert '"rate": 6.8750,' in shown
    assert '"name": "Grün & Söhne"' in shown
    assert readable("<Transaction />") == "<Transaction />"


def test_after_posting_it_says_where_it_is_and_what_was_written(desk: Desk, operator: Client) -> None:
    export(desk, operator)
    post(desk, operator)
    answer = page(desk, operator, "10080")
    document = desk.document("10080")
    for word in ("Batched", document.marker, str(document.batch), "number 10080"):
        assert word in text_of(answer)
    assert "Posted Main Posted 2,414.38 USD" in text_of(answer)
    assert desk.url("ledger:batch", document.batch_id) in links_of(tree_of(answer))
    assert not tree_of(answer).findall(".//input[@value='void']"), "a batched document is not taken back"


def test_what_was_changed_after_posting_stands_beside_what_was_posted(desk: Desk, operator: Client) -> None:
    export(desk, operator)
    post(desk, operator)
    row = desk.document("10080")
    changed = row.payload.replace("2414.38", "2414.39") if row.payload else row.delivered.replace("2414.38", "2414.39")
    LedgerDocument.objects.filter(pk=row.pk).update(
        payload=changed, state="blocked", code="changed_in_connectwise", sentence="It was changed.", batch=None
    )
    answer = page(desk, operator, "10080")
    titles = [words(head) for head in tree_of(answer).iter("h2")]
    assert "What ConnectWise says now" in titles
    assert "What was posted" in titles
    decide = desk.url("ledger:document-decide", row.pk)
    assert [form.get("action") for form in tree_of(answer).iter("form")].count(decide) == 1
    assert "Accept as in the books" not in text_of(answer), "only what the books changed can be accepted"
    operator.post(decide, {"do": "repost"})
    again = page(desk, operator, "10080")
    assert "It will be posted anew: export, then post" in text_of(again)
    assert "undecided → repost" in text_of(again)
    operator.post(decide, {"do": "withdraw"})
    assert desk.document("10080").consent == ""


def test_a_blocked_document_says_why_there_is_no_journal(desk: Desk, operator: Client) -> None:
    desk.world.book("Main")
    desk.world.book("Other")  # two books and no route
    operator.post(desk.url("ledger:export-all"))
    desk.carried(EXPORT_LEDGER)
    answer = page(desk, operator, "10080")
    assert "There is no journal yet: what blocks the document has to be settled first" in text_of(answer)
    assert "No rule says which book Invoice 10080 of location Madison belongs to." in text_of(answer)
    assert desk.url("books:routes") in links_of(tree_of(answer))


def test_viewers_may_look_and_do_nothing(desk: Desk, operator: Client, viewer: Client) -> None:
    export(desk, operator)
    answer = page(desk, viewer, "10080", view="state=ready")
    assert not tree_of(answer).findall(".//input[@name='do']")
    assert f"{desk.url('ledger:documents')}?state=ready" in links_of(tree_of(answer))
    row = desk.document("10080")
    assert viewer.post(desk.url("ledger:document-decide", row.pk), {"do": "repost"}).status_code == 403


def test_open_exceptions_of_the_document_stand_on_its_page(desk: Desk, operator: Client) -> None:
    export(desk, operator)
    row = desk.document("10080")
    LedgerException.objects.create(
        connection=desk.connection,
        journey="ledger",
        subject=row.key,
        document=row,
        code="differs",
        sentence="Planned 1, read back 2.",
        remedy="Look at it.",
        opened_at=row.seen_at,
    )
    assert "Planned 1, read back 2. Look at it." in text_of(page(desk, operator, "10080"))
    listed = operator.get(desk.url("ledger:exceptions", q="read back"))
    assert desk.url("ledger:document", row.pk) in links_of(element(listed, "exceptions"))
    assert "Planned 1, read back 2." in part_of(listed, "exceptions")
