"""The examples of docs/guide/README.md, played against the sandbox: `python -m tests.documents.guide` renews them.

Every `console` block is played, in order, with the sandbox in place of the address and keys that stand on the page. The
comment `<!-- meanwhile: METHOD PATH BODY -->` is what somebody does in ConnectWise between two commands, and
`<!-- hidden: COMMAND -->` a command that a reader does not need.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

from tests.documents.architecture import ROOT

PAGE = ROOT / "docs" / "guide" / "README.md"
EXAMPLE = PAGE.parent / "example"
ON_THE_PAGE = {
    "url": "https://na.myconnectwise.net",
    "public_key": "Ab12Cd34Ef56Gh78",
    "client_id": "5c1f0f6e-6a0c-4a55-9d5a-0f6d1e0b6a11",
}
"""What a reader replaces by the values of the own ConnectWise."""

_BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
_COMMAND = r"^\$ ((?:.*\\\n)*.*)\n"
_STEP = re.compile(rf"{_COMMAND}|^<!-- hidden: (.+) -->\n|^<!-- meanwhile: (\S+) (\S+) (.*) -->\n", re.MULTILINE)

Facts = dict[str, str]


class _Key(TypedDict):
    role: str
    public_key: str
    private_key: str


class _Served(TypedDict):
    """What the sandbox prints about itself."""

    url: str
    company_id: str
    client_id: str
    keys: list[_Key]


def fresh() -> str:
    """The page with the output of every command as it is now."""
    page = PAGE.read_text(encoding="utf-8")
    with _sandbox() as facts, tempfile.TemporaryDirectory() as home:
        steps = [_words(found, facts) for found in _STEP.finditer(page)]
        outputs = iter([_scrubbed(text, facts) for text in _play(steps, facts, home)])
    return _renewed(page, outputs)


def _renewed(page: str, outputs: Iterator[str]) -> str:
    """The steps outside the blocks print nothing; those inside are followed by what they print."""
    parts: list[str] = []
    end = 0
    for block in _BLOCK.finditer(page):
        for _ in _STEP.finditer(page, end, block.start()):
            next(outputs)
        commands = [f"{found[0]}{next(outputs)}" for found in _STEP.finditer(block[0])]
        parts += [page[end : block.start()], "\n".join(commands)]
        end = block.end()
    return "".join([*parts, page[end:]])


@contextmanager
def _sandbox() -> Iterator[Facts]:
    command = [sys.executable, "-m", "psa_sandbox", "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield _facts(json.loads(server.stdout.readline()))
        finally:
            server.terminate()


def _facts(served: _Served) -> Facts:
    keys = {key["role"]: key for key in served["keys"]}
    admin, billing = keys["Admin"], keys["Bursar Billing"]
    return {
        "url": served["url"],
        "client_id": served["client_id"],
        "public_key": billing["public_key"],
        "private_key": billing["private_key"],
        "user": f"{served['company_id']}+{admin['public_key']}",
        "password": admin["private_key"],
    }


def _words(found: re.Match[str], facts: Facts) -> list[str]:
    shown, hidden, *meanwhile = found.groups()
    command = shown or hidden
    if command is None:
        return ["meanwhile", *meanwhile]
    for name, placeholder in ON_THE_PAGE.items():
        command = command.replace(placeholder, facts[name])
    return shlex.split(command.replace("\\\n", " "))


def _play(steps: list[list[str]], facts: Facts, home: str) -> list[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BURSAR_")}
    own = {
        "BURSAR_HOME": home,
        "BURSAR_PRIVATE_KEY": facts["private_key"],
        "COLUMNS": "112",
        "DJANGO_SETTINGS_MODULE": "bursar.project.settings",
        "PYTHONPATH": str(ROOT),
        "SANDBOX_URL": facts["url"],
        "SANDBOX_USER": facts["user"],
        "SANDBOX_PASSWORD": facts["password"],
        "TZ": "UTC",
    }
    player = [sys.executable, "-m", "tests.documents.guide_player"]
    done = subprocess.run(
        player, input=json.dumps(steps), capture_output=True, text=True, cwd=EXAMPLE, env=kept | own, check=False
    )
    assert done.returncode == 0, done.stderr
    outputs: list[str] = json.loads(done.stdout)
    return outputs


def _scrubbed(text: str, facts: Facts) -> str:
    """Addresses as on the page; ids of runs and instants, which differ from run to run, as if it were one run."""
    text = text.replace(facts["url"], ON_THE_PAGE["url"])
    text = re.sub(r"(run show )[0-9a-f]{8}", r"\g<1>3f2a91c4", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC \(\+00:00\)", "2026-11-02 09:00 UTC (+00:00)", text)
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(fresh(), encoding="utf-8")
