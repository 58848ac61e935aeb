"""Lanes that need something outside Python, and golden files."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.tryton_server"]

# No deadlines: a slow machine is no bug. The build tries the same examples each time; runs at the desk explore.
settings.register_profile("desk", deadline=None)
settings.register_profile("build", deadline=None, derandomize=True)
settings.load_profile("build" if os.environ.get("CI") else "desk")

JUDGES = Path(__file__).parents[1] / ".judges" / "bin"
"""Where `make judges` puts other people's programs."""


def _postgres() -> bool:
    return bool(os.environ.get("BURSAR_TEST_POSTGRES_URL"))


LANES: dict[str, Callable[[], bool]] = {
    "beancount": (JUDGES / "bean-check").exists,
    "chromium": lambda: shutil.which("chromium") is not None,
    "hledger": lambda: shutil.which("hledger") is not None,
    "postgres": _postgres,
    "shared": lambda: shared_folder() is not None,
    "tryton": lambda: _postgres() and (JUDGES / "trytond").exists(),
}
"""Marker → whether its lane can run here. A lane named in BURSAR_REQUIRE fails instead of skipping."""


def shared_folder() -> Path | None:
    """The reference data: BURSAR_SHARED, or `shared` beside the checkout; None on a user's machine."""
    beside = Path(__file__).parents[2] / "shared"
    folder = Path(os.environ.get("BURSAR_SHARED") or beside)
    return folder if (folder / "connectwise").is_dir() else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing")


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Static files are looked for when they are asked for: listing them all costs every client a sixth of a second."""
    from django.conf import settings as django_settings  # noqa: PLC0415 - Django is set up by now, and not before

    django_settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes, so that no worker is alone with one of them at the end."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


def pytest_runtest_setup(item: pytest.Item) -> None:
    required = os.environ.get("BURSAR_REQUIRE", "").split(",")
    for name, available in LANES.items():
        if item.get_closest_marker(name) is None or available():
            continue
        if name in required:
            pytest.fail(f"the lane '{name}' is required here and cannot run")
        pytest.skip(f"the lane '{name}' cannot run here")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with tests/golden/<name>; `--update-golden` writes it. Scrub what changes from run to run first."""

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parent / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no golden file {name}; `make golden` writes it"
        assert text == path.read_text(encoding="utf-8")

    return compare


def scrub(text: str) -> str:
    """Replace run ids, instants and ports, which differ from run to run."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?", "<instant>", text)
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:<port>", text)
