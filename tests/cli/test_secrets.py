"""A planted private key appears in no output, log or file, whatever is run and whatever goes wrong."""

from collections.abc import Iterator
from itertools import chain

from tests.cli.command_line import CommandLine
from tests.cli.months import SEPTEMBER

PLANTED = "PLANTED0key0THAT0nobody0MAY0see"

FAILING = (
    ("connection", "test"),
    ("connection", "test", "--json"),
    ("config", "set", "agreement_type", "Cloud Subscriptions"),
    ("mapping", "suggest"),
    ("lines", "plan", "2026-09", "--json"),
    ("lines", "post", "2026-09", "--yes"),
)
WORKING = (
    ("connection", "list"),
    ("connection", "list", "--json"),
    ("config", "show", "--json"),
    ("mapping", "export"),
    ("lines", "list", "--json"),
    ("run", "list", "--json"),
)


def everything(bursar: CommandLine) -> Iterator[tuple[str, ...]]:
    yield (*bursar.add_words("refused"), "--json")
    yield (*bursar.add_words("broken"), "--no-test")
    yield (*bursar.add_words("odd", url="https://not a site/"),)
    yield ("lines", "load", str(bursar.file("september.csv", SEPTEMBER)))
    yield from chain(FAILING, WORKING)


def test_no_output_holds_the_private_key(bursar: CommandLine) -> None:
    environment = {"BURSAR_PRIVATE_KEY": PLANTED, "BURSAR_LOG_LEVEL": "DEBUG"}
    for words in everything(bursar):
        done = bursar.finished(*words, env=environment)
        assert PLANTED not in done.stdout + done.stderr, words
        assert "Traceback" not in done.stderr, words
    for file in bursar.home.iterdir():
        assert PLANTED.encode() not in file.read_bytes(), file.name


def test_a_key_that_is_opened_with_another_encryption_key_is_told_with_a_remedy(bursar: CommandLine) -> None:
    bursar.add()
    (bursar.home / "encryption.key").unlink()
    missing = bursar.error("connection", "test", code=2)
    assert (missing["code"], "backup" in missing["remedy"]) == ("not_configured", True)
    bursar.add("other")  # makes a key of its own
    error = bursar.error("connection", "test", code=2)
    assert error["code"] == "not_configured"
    assert "encryption key" in error["remedy"]
