"""`bursar mapping`: suggested by name, set by hand, taken in and given out as CSV (rules 35-50)."""

import csv

from tests.cli.command_line import CommandLine
from tests.cli.months import COPILOT, OCTOBER


def load_only(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.run("lines", "load", str(bursar.file("october.csv", OCTOBER)))


def exported(bursar: CommandLine) -> dict[str, dict[str, str]]:
    rows = bursar.json("mapping", "export")["mappings"]
    assert isinstance(rows, list)
    return {row["name"] or row["id"]: row for row in rows}


def test_suggestions_are_shown_and_only_exact_ones_are_saved(bursar: CommandLine) -> None:
    load_only(bursar)
    shown = bursar.json("mapping", "suggest")
    proposals = shown["proposals"]
    assert isinstance(proposals, list)
    best = {p["name"]: p["suggestions"][0] for p in proposals if p["suggestions"]}
    assert best["Snowshoe Sports"]["identifier"] == "SnowshoeSports"
    assert best["Snowshoe Sports"]["exact"] is True
    assert (shown["saved"], shown["open"]) == (0, len(proposals))
    saved = bursar.json("mapping", "suggest", "--accept-exact")
    assert saved["saved"] == len(proposals) - 1
    left = bursar.run("mapping", "suggest").stdout
    assert "Nobody Knows" in left
    assert "nothing similar" in left
    assert "Still unmapped: 1 record" in left


def test_a_record_is_mapped_excluded_and_cleared_by_hand(bursar: CommandLine) -> None:
    load_only(bursar)
    done = bursar.json("mapping", "set", "organization", "Nobody Knows", "SnowshoeSports")
    assert (done["state"], done["target"]) == ("mapped", "Snowshoe Sports")
    assert exported(bursar)["Nobody Knows"]["target_identifier"] == "SnowshoeSports"
    assert "excluded" in bursar.run("mapping", "set", "organization", "Nobody Knows", "--exclude").stdout
    assert exported(bursar)["Nobody Knows"]["state"] == "excluded"
    assert bursar.json("mapping", "set", "organization", "Nobody Knows", "--clear")["state"] == "unmapped"
    bursar.run("mapping", "set", "offer", COPILOT, "COPILOT")
    assert exported(bursar)[COPILOT]["state"] == "mapped"


def test_a_contract_is_mapped_to_an_agreement(bursar: CommandLine) -> None:
    load_only(bursar)
    name = "Cloud Subscriptions - Alder Brook Dental"
    assert bursar.json("mapping", "set", "contract", "C-77", name)["target"] == name
    assert exported(bursar)["C-77"]["target_name"] == name
    assert "cannot be excluded" in bursar.error("mapping", "set", "contract", "C-77", "--exclude", code=2)["sentence"]
    bursar.run("mapping", "set", "contract", "C-77", "--clear")
    assert "C-77" not in exported(bursar)


def test_wrong_wishes_are_usage_errors(bursar: CommandLine) -> None:
    load_only(bursar)
    snowshoe = ("mapping", "set", "organization", "Snowshoe Sports")
    assert "TARGET" in bursar.error(*snowshoe, code=2)["remedy"]
    assert "TARGET" in bursar.error(*snowshoe, "12", "--clear", code=2)["remedy"]
    assert "no company" in bursar.error(*snowshoe, "Atlantis", code=2)["sentence"]
    assert "never loaded" in bursar.error("mapping", "set", "offer", "x", "--clear", code=2)["sentence"]
    assert bursar.error("mapping", "set", "planet", "x", "y", code=2)["code"] == "usage"


def test_mappings_make_the_round_trip_through_a_file(bursar: CommandLine) -> None:
    load_only(bursar)
    bursar.run("mapping", "suggest", "--accept-exact")
    before = exported(bursar)
    file = bursar.home / "mappings.csv"
    assert bursar.run("mapping", "export", str(file)).stdout == ""
    for name in ("Snowshoe Sports", "Millstone Press"):
        bursar.run("mapping", "set", "organization", name, "--clear")
    report = bursar.json("mapping", "import", str(file))
    assert report["faults"] == []
    assert exported(bursar) == before
    assert bursar.run("mapping", "export", "-").stdout == file.read_text(encoding="utf-8").replace("\r\n", "\n")


def test_bad_rows_of_an_import_are_listed_and_good_ones_are_set(bursar: CommandLine) -> None:
    load_only(bursar)
    rows = [
        ("kind", "id", "state", "target_id"),
        ("organization", "O-Snow", "mapped", "SnowshoeSports"),
        ("organization", "O-Mill", "mapped", "Atlantis"),
        ("planet", "x", "mapped", "1"),
    ]
    file = bursar.home / "some.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    report = bursar.json("mapping", "import", str(file), code=1)
    assert report["done"] == 1
    faults = report["faults"]
    assert isinstance(faults, list)
    assert [fault["row"] for fault in faults] == [3, 4]
    text = bursar.run("mapping", "import", str(file), code=1).stdout
    assert "ConnectWise has no company 'Atlantis'." in text
    assert exported(bursar)["Snowshoe Sports"]["state"] == "mapped"


def test_a_file_that_is_no_mapping_is_refused(bursar: CommandLine) -> None:
    load_only(bursar)
    assert "headings" in bursar.error("mapping", "import", str(bursar.file("x.csv", "a,b\n1,2\n")), code=2)["sentence"]
    (bursar.home / "y.csv").write_bytes(b"kind,id\n\xff\xfe")
    assert "UTF-8" in bursar.error("mapping", "import", str(bursar.home / "y.csv"), code=2)["sentence"]
    assert bursar.error("mapping", "import", str(bursar.home / "nowhere.csv"), code=1)["code"] == "file"


def test_rule_150_the_pilots_customers_are_shown_and_chosen(bursar: CommandLine) -> None:
    load_only(bursar)
    assert "Pilot mode is off" in bursar.run("mapping", "pilot").stdout
    bursar.run("config", "set", "pilot_mode", "yes")
    chosen = bursar.json("mapping", "pilot", "--enable", "Snowshoe Sports", "--enable", "O-Nobo")
    assert (chosen["pilot_mode"], chosen["enabled"], chosen["changed"]) == (True, 2, 2)
    organizations = chosen["organizations"]
    assert isinstance(organizations, list)
    assert {row["name"] for row in organizations if row["posting"]} == {"Snowshoe Sports", "Nobody Knows"}
    only = bursar.json("mapping", "pilot", "--disable-all", "--enable", "Snowshoe Sports")
    assert only["enabled"] == 1
    assert bursar.json("mapping", "pilot", "--enable-all")["enabled"] == len(organizations)
    assert "was never loaded" in bursar.error("mapping", "pilot", "--enable", "Nobody Else", code=2)["sentence"]
    assert "not both" in bursar.error("mapping", "pilot", "--enable-all", "--disable-all", code=2)["sentence"]
