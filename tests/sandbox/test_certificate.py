"""https for clients that know no other way: a certificate of the sandbox's own, to be trusted by its file."""

import json
import ssl
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest


def test_a_client_that_trusts_the_file_talks_https(tmp_path: Path) -> None:
    trusted = tmp_path / "sandbox.pem"
    command = [sys.executable, "-m", "psa_sandbox", "serve", "--json", "--seed", "empty", "--tls", str(trusted)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            facts = json.loads(process.stdout.readline())
            path = f"{facts['url']}/login/companyinfo/{facts['company_id']}"
            assert facts["url"].startswith("https://")
            context = ssl.create_default_context(cafile=str(trusted))
            assert httpx2.get(path, verify=context).json()["CompanyID"] == facts["company_id"]
            with pytest.raises(httpx2.ConnectError):
                httpx2.get(path)
        finally:
            process.terminate()
    assert "PRIVATE" not in trusted.read_text()
