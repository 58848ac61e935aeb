"""The guide on invoice line files says what the code does."""

import re
from pathlib import Path

from bursar.connectors.billing.csvfile import SCHEMA, load_profile
from bursar.connectors.billing.csvfile.amounts import DECIMAL_STYLES
from bursar.connectors.billing.csvfile.days import DATE_STYLES
from bursar.connectors.billing.csvfile.profile import Profile, parse_profile
from bursar.connectors.billing.csvfile.shipped_profiles import SHIPPED_PROFILES
from tests.connectors.csvfile.writing import lines_of, read, rejected_of

GUIDE = (Path(__file__).parents[3] / "docs" / "guide" / "invoice-line-files.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


def schema_table() -> str:
    rows = ["| Field | Required | Meaning | Example | Headings |", "|---|---|---|---|---|"]
    for row in SCHEMA:
        cells = (f"`{row.field}`", "yes" if row.required else "no", row.meaning, row.example, ", ".join(row.headings))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def test_the_schema_table() -> None:
    assert f"\n\n{schema_table()}\n\n" in GUIDE


def test_every_setting_is_explained() -> None:
    explained = re.findall(r"^\| `(\w+)` \| [^|]*(?:\\\|[^|]*)* \| [^|]* \|$", GUIDE, re.MULTILINE)
    assert explained == list(Profile.model_fields)


def test_every_style_is_listed() -> None:
    for style in (*DATE_STYLES, *DECIMAL_STYLES):
        assert f"`{style}`" in GUIDE


def test_every_shipped_profile_is_listed() -> None:
    for name in SHIPPED_PROFILES:
        assert f"| `{name}` |" in GUIDE


def test_the_walk_through_is_true(tmp_path: Path) -> None:
    profile = parse_profile(block("json"), "guide")
    assert profile == load_profile("example-semicolon-euro")
    path = tmp_path / "export.csv"
    path.write_bytes(block("csv").encode("cp1252"))
    found = read(path, profile)
    assert rejected_of(found) == []
    assert [str(line.money) for line in lines_of(found)] == ["1,500.00 EUR", "-12.50 EUR", "10.43 EUR"]
    assert [line.eligible for line in lines_of(found)] == [True, True, False]
