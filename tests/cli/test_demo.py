"""`bursar demo` as a person runs it: in a process of its own, from the first step to the last cent."""

import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
from typer.main import get_command

from bursar.cli.app import app
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import KeyPair, api_keys
from psa_sandbox.state.store import Store
from tests.connectors.books.judges import bean_balances, bean_check, hledger_balances, hledger_check

COMMAND = (sys.executable, "-m", "bursar.cli", "demo")
CHAIN = re.compile(r"^ +([A-Z]{3})  planned ([\d,.]+) = posted ([\d,.]+) = read back ([\d,.]+)$", re.MULTILINE)
BLOCKED_CODES = {
    "agreement_ended",
    "company_without_contact",
    "currency_mismatch",
    "mass_cancellation",
    "not_mapped",
    "period_already_invoiced",
    "possible_duplicate",
    "product_inactive",
    "prorated_twice",
}


@dataclass(frozen=True)
class Played:
    """A demo that has ended."""

    code: int
    output: str
    home: Path
    users_home: Path


def _environment(folder: Path) -> dict[str, str]:
    """A user with settings of their own, which the demo must not touch, and a terminal wide enough for every line."""
    users_home, temporary = folder / "user", folder / "tmp"
    users_home.mkdir()
    temporary.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BURSAR_")}
    own = {"BURSAR_HOME": str(users_home), "BURSAR_DATABASE_URL": f"sqlite:///{users_home}/mine.sqlite3"}
    return kept | own | {"TMPDIR": str(temporary), "COLUMNS": "250", "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    home = folder / "kept"
    done = subprocess.run(
        [*COMMAND, "--once", "--keep", str(home)],
        env=_environment(folder),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.stderr == ""
    return Played(done.returncode, done.stdout, home, folder / "user")


@pytest.fixture(scope="module")
def keys() -> list[KeyPair]:
    store = Store()
    seed(store)
    return api_keys(store)


def test_everything_is_accounted_for(played: Played) -> None:
    assert played.code == 0
    chains = CHAIN.findall(played.output)
    assert [chain[0] for chain in chains] == ["CAD", "EUR", "USD"]
    for _, planned, posted, read_back in chains:
        assert planned == posted == read_back
        assert Decimal(planned.replace(",", "")) > 500
    invoiced = re.search(r"ConnectWise invoiced (.+) before tax .*: to the cent", played.output)
    assert invoiced
    assert invoiced[1] == ", ".join(f"{planned} {currency}" for currency, planned, _, _ in chains)


def test_a_demo_of_once_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = _environment(tmp_path)
    output = subprocess.run([*COMMAND, "--once"], env=environment, capture_output=True, text=True, check=True).stdout
    assert output.rstrip().endswith("The run is balanced; the payment that nobody knows stopped none.")
    assert list(Path(environment["TMPDIR"]).iterdir()) == []


def test_what_was_invoiced_is_in_the_books_and_batched(played: Played) -> None:
    assert "    The run is balanced.\n" in played.output
    assert re.findall(r"Batch Bursar ([IEP]) .*: \d+ documents?, \d+ GL entries, (.+)\.", played.output) != []
    assert "NOT what it should hold" not in played.output
    assert re.search(r"\d\d balances compared, .* debited: 0 differ\.", played.output)
    assert "Nothing was written: what was batched waits no longer." in played.output


def test_two_parts_of_a_payment_became_one(played: Played) -> None:
    assert re.search(r"✓ 2 payments made in ConnectWise: [\d,.]+ USD\.", played.output)
    assert "ConnectWise has no invoice 99999." in played.output


@pytest.mark.beancount
@pytest.mark.hledger
def test_beancount_and_hledger_accept_the_journal_and_agree_with_bursar(played: Played) -> None:
    bean, ledger = played.home / "books" / "bursar.beancount", played.home / "books" / "bursar.hledger"
    assert bean_check(bean) == ""
    assert hledger_check(ledger) == ""
    with sqlite3.connect(played.home / "bursar.sqlite3") as database:
        rows = database.execute(
            "SELECT period, account, currency, CAST(ours AS TEXT) FROM store_bookbalance"
        ).fetchall()
    database.close()
    ours = {(period, account, currency): Decimal(amount) for period, account, currency, amount in rows}
    for judged in (bean_balances(bean), hledger_balances(ledger)):
        by_number = {
            (month, name.rpartition(":")[2], currency): sum_ for (month, name, currency), sum_ in judged.items()
        }
        assert by_number == ours


def test_the_amounts_are_those_of_the_database(played: Played) -> None:
    """Lines that left a trace, summed without Bursar's own arithmetic."""
    sums: dict[str, Decimal] = {}
    with sqlite3.connect(played.home / "bursar.sqlite3") as database:
        rows = database.execute(
            "SELECT currency, CAST(total AS TEXT) FROM store_line WHERE month = '2026-10' AND link_id IS NOT NULL"
        ).fetchall()
    database.close()
    for currency, total in rows:
        sums[currency] = sums.get(currency, Decimal(0)) + Decimal(total)
    told = {currency: Decimal(planned.replace(",", "")) for currency, planned, _, _ in CHAIN.findall(played.output)}
    assert sums == told


def test_posting_again_writes_nothing(played: Played) -> None:
    assert re.search(r"Post 2026-10 again\n.*\n +✓ Nothing was written: all \d{3} Additions", played.output)


def test_loading_again_brings_nothing_new(played: Played) -> None:
    assert re.search(r"knows this file already: 0 new lines, 0 changed, \d{3} as before", played.output)


def test_each_kind_of_trouble_is_explained(played: Played) -> None:
    told = re.findall(r"^ +! ([a-z_]+): \d+ (?:line|customer)s?.*\n((?:      .*\n)+)", played.output, re.MULTILINE)
    assert {code for code, _ in told} == BLOCKED_CODES
    assert all("→ " in explanation for _, explanation in told)


def test_each_kind_of_change_is_shown(played: Played) -> None:
    assert "Mail filtering - Cycle Fee: unit price 3.25 → 3.45" in played.output
    assert "Microsoft 365 Business Standard - Cycle Fee: quantity 9 → 10" in played.output
    assert "Visio Plan 2 - Cycle Fee: no end → ends 2026-09-30" in played.output
    for title in ("New subscription", "Second charge", "Credit", "Zero", "Odd cents", "First full month", "Taken over"):
        assert re.search(rf"^ +{title}.*: .+\n +.+: .+$", played.output, re.MULTILINE), title


def test_vanished_subscriptions_that_wait_are_told_to_the_cent(played: Played) -> None:
    assert "It also invoiced 129.90 USD on Additions that have no line in 2026-10" in played.output


def test_no_key_is_shown_or_kept_in_clear(played: Played, keys: list[KeyPair]) -> None:
    for pair in keys:
        assert pair.public_key not in played.output
        assert pair.private_key not in played.output
    database = b"".join(path.read_bytes() for path in played.home.glob("bursar.sqlite3*"))
    assert not any(pair.private_key.encode() in database for pair in keys)
    assert any(pair.public_key.encode() in database for pair in keys)
    assert (played.home / "encryption.key").stat().st_mode & 0o077 == 0


def test_the_users_own_database_is_left_alone(played: Played) -> None:
    assert list(played.users_home.iterdir()) == []


def test_every_command_it_names_can_be_parsed(played: Played) -> None:
    named = re.findall(r"^ +\$ bursar (.+)$", played.output, re.MULTILINE)
    assert len(set(named)) >= 10
    for line in set(named):
        words, command = shlex.split(line), get_command(app)
        while subcommands := getattr(command, "commands", None):
            command = subcommands[words.pop(0)]
        with command.make_context(line, words):
            pass


def test_a_folder_with_a_database_is_refused(played: Played, tmp_path: Path) -> None:
    refused = subprocess.run(
        [*COMMAND, "--once", "--keep", str(played.home)],
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert "has a Bursar database already" in refused.stderr
    assert refused.stdout == ""


@pytest.fixture
def staying(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo without --once, in a session of its own as on a terminal."""
    command = subprocess.Popen(
        COMMAND,
        env=_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    with command:
        yield command
        command.kill()


def logs_in(address: str, email: str, password: str) -> bool:
    """Whether the login page lets them in, and the demo's connection is there."""
    with httpx2.Client(base_url=address) as browser:
        browser.get("/accounts/login/").raise_for_status()
        form = {"login": email, "password": password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        let_in = browser.post("/accounts/login/", data=form, headers={"Referer": address})
        return let_in.status_code == 302 and "sessionid" in browser.cookies


def test_without_once_it_stays_until_ctrl_c(
    staying: subprocess.Popen[str], keys: list[KeyPair], tmp_path: Path
) -> None:
    assert staying.stdout
    output = ""
    for line in staying.stdout:
        output += line
        if "Ctrl-C stops the web pages" in line:
            break
    found = re.search(r"The ConnectWise sandbox is at (http://127\.0\.0\.1:\d+)\.", output)
    assert found
    assert httpx2.get(f"{found[1]}/_control/clock").is_success
    assert re.search(r"export BURSAR_HOME=\S+", output)
    assert not any(pair.private_key in output for pair in keys)
    pages = re.search(r"web pages are at (http://127\.0\.0\.1:\d+),", output)
    assert pages
    for role in ("administrator", "operator", "viewer"):
        login = re.search(rf"^ *{role} +(\S+@demo\.example) +(\S+)$", output, re.MULTILINE)
        assert login
        assert logs_in(pages[1], login[1], login[2]), role
    os.killpg(staying.pid, signal.SIGINT)
    assert staying.wait(timeout=20) == 0
    for address in (f"{found[1]}/_control/clock", f"{pages[1]}/healthz"):
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(address)
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle_it_leaves_nothing_behind(
    staying: subprocess.Popen[str], number: signal.Signals, tmp_path: Path
) -> None:
    assert staying.stdout
    address = ""
    for line in staying.stdout:
        if found := re.search(r"--url (\S+)", line):
            address = found[1]
        if "Load the invoice lines" in line:
            break
    os.killpg(staying.pid, number)
    assert staying.wait(timeout=20) == 130
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{address}/_control/clock")
    assert list((tmp_path / "tmp").iterdir()) == []
