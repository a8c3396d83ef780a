"""The API does what its description says: schemathesis asks a live server by it.

A few questions per operation here; `make conform` asks thousands (CONFORM=full).
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final
from urllib.request import urlopen

import pytest

from compliance.constants import ACCOUNT_SCOPES, PLATFORM_SCOPES, Scope
from compliance.models import Account, User
from compliance.services.api_keys import api_key_create
from tests.acceptance.running import Platform

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(3600)]

_IS_FULL: Final = os.environ.get("CONFORM") == "full"
_CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
# Renewing the key ends the one that asks; the platform's operations answer to its own keys only.
_NEVER: Final = ("/api/v1/api-key/rotate",)


@pytest.fixture(scope="module")
def web(platform: Platform) -> str:
    platform.start("valkey", "web")
    address = f"http://127.0.0.1:{platform.web_port}"

    def answers() -> bool:
        try:
            with urlopen(f"{address}/healthz", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    platform.wait_until(answers, 40, "the web process answers")
    return address


def _key(account: Account | None, scopes: tuple[Scope, ...]) -> str:
    maker = User.objects.get(username="connector" if account else "administrator")
    _row, text = api_key_create(
        account=account,
        name="Conformance",
        scopes=[scope.value for scope in scopes],
        actor=maker,
    )
    return text


def _asked(web: str, key: str, folder: Path, *selection: str) -> None:
    """Fails with what schemathesis has found."""
    with urlopen(f"{web}/api/schema/?format=json", timeout=100) as answer:
        (folder / "openapi.json").write_bytes(answer.read())
    phases = "examples,coverage,fuzzing,stateful" if _IS_FULL else "examples,fuzzing"
    command = [
        str(Path(sys.executable).with_name("st")),
        "run",
        "openapi.json",
        f"--url={web}/",
        "--header=Authorization: Bearer " + key,
        f"--checks={','.join(_CHECKS)}",
        f"--phases={phases}",
        f"--max-examples={25 if _IS_FULL else 2}",
        "--generation-deterministic",
        "--continue-on-failure",
        "--request-timeout=60",
        "--workers=2",
        *(f"--exclude-path={path}" for path in _NEVER),
        *selection,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    answer = done.stdout.replace(key, "…")
    tested = re.search(r"Tested: (\d+)", answer)
    assert tested is not None, answer + done.stderr
    assert int(tested[1]) > 0, answer
    found = answer.partition("= FAILURES =")[2].partition("= WARNINGS =")[0]
    told = [f"{line[:400]}" for line in found.splitlines() if line.strip()]
    assert done.returncode == 0, "\n".join(told[:200]) or answer[-4_000:]


def test_account_gets_what_is_described(web: str, tmp_path: Path) -> None:
    key = _key(Account.objects.get(slug="mai-fashion"), ACCOUNT_SCOPES)
    _asked(web, key, tmp_path, "--exclude-tag=operations")


def test_operators_get_what_is_described(web: str, tmp_path: Path) -> None:
    _asked(web, _key(None, PLATFORM_SCOPES), tmp_path, "--include-tag=operations")
