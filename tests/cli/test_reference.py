"""The generated pages of the guide say what the code does."""

from pathlib import Path

import pytest

from bursar.cli.reference import PAGES, page

GUIDE = Path(__file__).parents[2] / "docs" / "guide"


@pytest.mark.parametrize("name", list(PAGES))
def test_the_page_is_what_the_code_says_now(name: str, request: pytest.FixtureRequest) -> None:
    path = GUIDE / f"{name}.md"
    if request.config.getoption("--update-golden"):
        path.write_text(page(name), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page(name), (
        f"python -m bursar.cli.reference {name} > docs/guide/{name}.md"
    )


def test_the_pages_name_every_command_setting_and_option() -> None:
    assert "### bursar lines post" in page("cli")
    for name in ("BURSAR_HOME", "BURSAR_PRIVATE_KEY", "agreement_type", "price_for.", "requests_per_minute"):
        assert f"`{name}" in page("settings")
