"""`bursar lines list` and `lines set`: dates as they would be sent, badges, and what a person decides."""

from tests.cli.command_line import CommandLine
from tests.cli.months import MILLSTONE, OCTOBER, SEPTEMBER, SNOWSHOE, WILLOWBEND, line, month_file


def listed(bursar: CommandLine, *words: str) -> dict[str, dict[str, object]]:
    rows = bursar.json("lines", "list", *words)["lines"]
    assert isinstance(rows, list)
    return {row["line_id"]: row for row in rows}


def statuses(bursar: CommandLine) -> dict[str, object]:
    return {line_id: row["status"] for line_id, row in listed(bursar).items()}


def test_every_line_stands_somewhere(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(OCTOBER)
    found = statuses(bursar)
    assert found["L-10-01"] == "ready"
    assert found["L-10-08"] == "unmapped"
    assert found["L-10-11"] == "excluded"
    assert list(listed(bursar, "--status", "unmapped")) == ["L-10-08"]
    bursar.run("lines", "post", "2026-10", "--yes", code=1)
    assert statuses(bursar)["L-10-01"] == "posted"
    assert listed(bursar)["L-10-01"]["addition_id"] is not None
    changed = OCTOBER.replace(",12,4.00,48.00,", ",13,4.00,52.00,")
    bursar.load("\n".join(row for row in changed.splitlines() if "L-10-02" not in row) + "\n")
    assert statuses(bursar)["L-10-01"] == "changed"
    assert list(listed(bursar, "--status", "changed")) == ["L-10-01"]
    assert list(listed(bursar, "--status", "vanished")) == ["L-10-02"]


def test_dates_are_those_that_would_be_sent_with_their_badges(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(month_file([line(1, SNOWSHOE), line(2, SNOWSHOE)]))
    bursar.run("config", "set", "end_rule.Cycle Fee", "Last day of invoice month")
    bursar.run("config", "set", "name.Cycle Fee", "Monthly charge")
    bursar.run("lines", "set", "L-10-02", "--start", "2026-10-15")
    rows = listed(bursar)
    assert (rows["L-10-01"]["effective"], rows["L-10-01"]["cancelled"]) == ("2026-10-01", "2026-10-31")
    assert rows["L-10-01"]["sent_charge_type"] == "Monthly charge"
    assert rows["L-10-01"]["badges"] == {"start": "", "end": "System Updated", "charge_type": "System Updated"}
    assert rows["L-10-02"]["effective"] == "2026-10-15"
    text = bursar.run("lines", "list").stdout
    assert "2026-10-15 U" in text
    assert "2026-10-31 S" in text
    assert "System Updated" in text


def test_rules_show_before_an_agreement_type_is_chosen(bursar: CommandLine) -> None:
    bursar.add()
    bursar.run("config", "set", "end_rule.Cycle Fee", "First day of following month")
    bursar.load(month_file([line(1, SNOWSHOE)]))
    assert listed(bursar)["L-10-01"]["cancelled"] == "2026-11-01"


def test_the_list_is_limited_and_tells_what_all_come_to(bursar: CommandLine) -> None:
    bursar.add()
    bursar.load(OCTOBER)
    bursar.load(SEPTEMBER, name="september.csv")
    document = bursar.json("lines", "list", "--limit", "2")
    assert (document["count"], len(list(listed(bursar, "--limit", "2")))) == (17, 2)
    assert len(listed(bursar, "--limit", "0")) == 17
    assert (
        "2 of 6 lines shown, 254.00 USD in all."
        in bursar.run("lines", "list", "--month", "2026-09", "--limit", "2").stdout
    )
    assert bursar.run("lines", "list", "--month", "2020-01").stdout == "There are no such lines.\n"
    assert bursar.error("lines", "list", "--status", "lost", code=2)["code"] == "usage"


def test_what_is_set_by_hand_is_shown_and_taken_away_again(bursar: CommandLine) -> None:
    bursar.add()
    bursar.load(month_file([line(1, SNOWSHOE)]))
    set_line = ("lines", "set", "L-10-01")
    bursar.run(*set_line, "--company", "2", "--product", "4", "--agreement", "19", "--approve", "--keep-both")
    document = bursar.json(*set_line, "--end", "2026-10-20", "--adopt", "77")
    assert (document["line_id"], document["changed"], document["unchanged"]) == ("L-10-01", 1, 0)
    assert document["overrides"] == {
        "company": 2,
        "product": 4,
        "agreement": 19,
        "start": None,
        "end": "2026-10-20",
        "approve": True,
        "adopt": 77,
        "keep_both": True,
        "overwrite": False,
        "post_again": False,
        "by_hand": False,
    }
    less = bursar.json(*set_line, "--agreement", "none", "--no-approve")["overrides"]
    assert isinstance(less, dict)
    assert (less["agreement"], less["approve"], less["company"]) == (None, False, 2)
    assert "nothing is set by hand" in bursar.run(*set_line, "--reset").stdout


def test_wrong_overrides_are_usage_errors(bursar: CommandLine) -> None:
    bursar.add()
    bursar.load(month_file([line(1, SNOWSHOE)]))
    assert "no line" in bursar.error("lines", "set", "L-77", "--company", "3", code=2)["sentence"]
    assert "record id" in bursar.error("lines", "set", "L-10-01", "--company", "Acme", code=2)["sentence"]
    assert "not a date" in bursar.error("lines", "set", "L-10-01", "--start", "soon", code=2)["sentence"]
    assert "--reset" in bursar.error("lines", "set", "L-10-01", code=2)["sentence"]
    assert "--reset" in bursar.error("lines", "set", "L-10-01", "--company", "3", "--reset", code=2)["sentence"]
    assert "not changed" in bursar.error("lines", "set", "L-10-01", "--accept-change", code=2)["sentence"]


def test_rule_72_a_posted_line_takes_no_more_overrides_but_its_change_can_be_accepted(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(month_file([line(1, MILLSTONE)]))
    bursar.run("lines", "post", "2026-10", "--yes")
    assert "posted" in bursar.error("lines", "set", "L-10-01", "--company", "3", code=2)["sentence"]
    bursar.load(month_file([line(1, MILLSTONE, quantity=11)]))
    assert statuses(bursar) == {"L-10-01": "changed"}
    bursar.run("lines", "set", "L-10-01", "--accept-change")
    assert statuses(bursar) == {"L-10-01": "posted"}


def test_a_line_billed_by_hand_is_left_alone_until_bursar_takes_it_back(bursar: CommandLine) -> None:
    bursar.add()
    bursar.load(month_file([line(1, SNOWSHOE)]))
    assert "by hand yes" in bursar.run("lines", "set", "L-10-01", "--by-hand").stdout
    row = listed(bursar)["L-10-01"]
    assert (row["status"], row["reason"]) == ("excluded", "billed by hand")
    bursar.run("lines", "set", "L-10-01", "--no-by-hand")
    assert statuses(bursar) == {"L-10-01": "ready"}


def test_rule_71_the_agreements_of_a_line_are_listed_and_another_company_takes_the_chosen_one_away(
    bursar: CommandLine,
) -> None:
    bursar.add()
    bursar.load(month_file([line(1, "Alder Brook Dental"), line(2, "Nobody Knows")]))
    document = bursar.json("lines", "agreements", "L-10-01")
    agreements = document["agreements"]
    assert isinstance(agreements, list)
    found = {row["id"]: (row["type_name"], row["billing_cycle"], row["currency"]) for row in agreements}
    assert found[1] == ("Cloud Subscriptions", "Monthly", "USD")
    assert "Managed Services - Alder Brook" in bursar.run("lines", "agreements", "L-10-01").stdout
    assert "to which company" in bursar.error("lines", "agreements", "L-10-02", code=2)["sentence"]
    assert "not an active" in bursar.error("lines", "set", "L-10-01", "--agreement", "5", code=2)["sentence"]
    bursar.run("lines", "set", "L-10-01", "--agreement", "1")
    text = bursar.run("lines", "set", "L-10-01", "--company", "3").stdout
    assert "was taken away" in text
    assert "agreement" not in text.partition("\n")[0]


def test_rule_70_many_lines_at_once_with_a_yes(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(OCTOBER)
    bursar.run("lines", "post", "2026-10", "--yes", code=1)
    assert "--yes" in bursar.error("lines", "set", "--month", "2026-10", "--by-hand", code=2)["remedy"]
    assert "L-10-08" in listed(bursar, "--status", "unmapped")
    document = bursar.json("lines", "set", "--month", "2026-10", "--by-hand", "--yes")
    assert (document["line_id"], document["overrides"]) == (None, None)
    posted = len(listed(bursar, "--status", "posted"))
    assert (document["refused"], document["reasons"]) == (posted, {"posted already": posted})
    assert document["changed"] == len(statuses(bursar)) - posted
    text = bursar.run("lines", "set", "L-10-08", "L-10-09", "--by-hand", "--yes").stdout
    assert "0 lines changed, 2 had it already." in text
    bursar.run("lines", "set", "--status", "excluded", "--organization", "O-Will", "--reset", "--yes")
    assert statuses(bursar)["L-10-09"] != "excluded"
    assert statuses(bursar)["L-10-08"] == "excluded"
    assert "line by line" in bursar.error("lines", "set", "L-10-01", "L-10-02", "--accept-change", code=2)["sentence"]
    assert "which lines" in bursar.error("lines", "set", "--by-hand", "--yes", code=2)["sentence"]


def test_a_blocked_line_says_why_and_what_to_do(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(month_file([line(9, WILLOWBEND)]))
    bursar.run("lines", "post", "2026-10", "--yes", code=1)
    row = listed(bursar, "--status", "blocked")["L-10-09"]
    assert "has no contact" in str(row["reason"])
    assert "default contact" in str(row["remedy"])
    assert "has no contact" in " ".join(bursar.run("lines", "list", "--status", "blocked").stdout.split())
    bursar.run("lines", "set", "L-10-09", "--approve")
    assert listed(bursar)["L-10-09"]["remedy"] == ""
