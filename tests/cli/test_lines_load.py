"""`bursar lines load` and `lines source`: nothing is lost, nothing is taken twice (rules 53-57)."""

from tests.cli.command_line import CommandLine
from tests.cli.months import BAD_ROW, OCTOBER, SEPTEMBER, SNOWSHOE, line, month_file


def counts(document: dict[str, object]) -> tuple[object, ...]:
    return tuple(document[name] for name in ("added", "refreshed", "unchanged", "vanished", "rejected"))


def test_loading_the_same_file_twice_changes_nothing_and_says_so(bursar: CommandLine) -> None:
    bursar.add()
    file = str(bursar.file("october.csv", OCTOBER))
    first = bursar.json("lines", "load", file)
    assert counts(first) == (11, 0, 0, 0, 0)
    assert (first["months"], first["complete"], first["same_as"]) == (["2026-10"], True, None)
    again = bursar.json("lines", "load", file)
    assert counts(again) == (0, 0, 11, 0, 0)
    assert isinstance(again["same_as"], dict)
    text = bursar.run("lines", "load", file).stdout
    assert "This is the same content as the load of october.csv at " in text


def test_a_corrected_file_refreshes_adds_and_marks_what_vanished(bursar: CommandLine) -> None:
    bursar.add()
    numbers = range(1, 6)
    bursar.run("lines", "load", str(bursar.file("a.csv", month_file(line(n, SNOWSHOE) for n in numbers))))
    corrected = [line(1, SNOWSHOE, quantity=11), *(line(n, SNOWSHOE) for n in (2, 3, 4, 9))]
    report = bursar.json("lines", "load", str(bursar.file("b.csv", month_file(corrected))))
    assert counts(report) == (1, 1, 3, 1, 0)


def test_bad_rows_are_listed_with_number_reason_and_remedy_and_good_rows_load(bursar: CommandLine) -> None:
    bursar.add()
    file = str(bursar.file("bad.csv", month_file([line(1, SNOWSHOE), BAD_ROW, line(2, SNOWSHOE)])))
    report = bursar.json("lines", "load", file, code=1)
    assert counts(report) == (2, 0, 0, 0, 1)
    rows = report["rejected_rows"]
    assert isinstance(rows, list)
    assert rows[0]["row"] == 3
    assert "2026-13-30" in rows[0]["reason"]
    assert rows[0]["remedy"]
    text = bursar.run("lines", "load", file, code=1).stdout
    assert "Why it was rejected" in text
    assert "not complete" in text


def test_a_file_that_lacks_much_of_the_month_is_taken_for_a_part_unless_told_otherwise(bursar: CommandLine) -> None:
    bursar.add()
    bursar.run("lines", "load", str(bursar.file("a.csv", OCTOBER)))
    part = str(bursar.file("b.csv", month_file([line(1, SNOWSHOE, quantity=12)])))
    assert "taken for a part" in bursar.run("lines", "load", part).stdout
    assert bursar.json("lines", "load", part, "--part")["vanished"] == 0
    assert bursar.json("lines", "load", part, "--whole")["vanished"] == 10


def test_an_unfinished_month_is_pointed_out(bursar: CommandLine) -> None:
    bursar.add()
    far = month_file([line(1, SNOWSHOE, month="2199-10")])
    assert "2199-10 is not over yet" in bursar.run("lines", "load", str(bursar.file("far.csv", far))).stdout


def test_unusable_sources_and_options_are_usage_errors(bursar: CommandLine) -> None:
    bursar.add()
    assert bursar.error("lines", "load", "nowhere.csv", code=2)["code"] == "source_unreadable"
    file = str(bursar.file("october.csv", OCTOBER))
    assert "no profile" in bursar.error("lines", "load", file, "--profile", "fancy", code=2)["sentence"]
    assert "not a month" in bursar.error("lines", "load", file, "--month", "october", code=2)["sentence"]
    assert "lines source" in bursar.error("lines", "load", code=2)["remedy"]


def test_a_folder_is_stored_and_loaded_month_by_month(bursar: CommandLine) -> None:
    bursar.add()
    folder = bursar.home / "exports"
    folder.mkdir()
    (folder / "lines-2026-09.csv").write_text(SEPTEMBER, encoding="utf-8")
    (folder / "lines-2026-10.csv").write_text(OCTOBER, encoding="utf-8")
    stored = bursar.json("lines", "source", str(folder))
    assert (stored["months"], stored["profile"]) == (["2026-09", "2026-10"], "canonical")
    assert counts(bursar.json("lines", "load", "--month", "2026-09")) == (6, 0, 0, 0, 0)
    assert counts(bursar.json("lines", "load")) == (11, 0, 6, 0, 0)
    assert "no file for 2026-12" in bursar.error("lines", "load", "--month", "2026-12", code=2)["sentence"]
    assert str(folder) in bursar.run("lines", "source").stdout
    assert bursar.json("lines", "source", "--clear")["path"] is None


def test_an_unusable_source_is_not_stored(bursar: CommandLine) -> None:
    bursar.add()
    assert bursar.error("lines", "source", str(bursar.home / "nowhere"), code=2)["code"] == "source_unreadable"
    assert bursar.json("lines", "source")["path"] is None


def test_new_records_start_excluded_when_the_setting_says_so(bursar: CommandLine) -> None:
    bursar.add()
    bursar.run("config", "set", "new_records_excluded", "yes")
    bursar.run("lines", "load", str(bursar.file("october.csv", OCTOBER)))
    assert bursar.json("lines", "list", "--status", "excluded")["count"] == 11
