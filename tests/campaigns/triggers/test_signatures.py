"""Signatures of platforms: every scheme, old requests, wrong secrets, and shell commands."""

import hmac
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.selectors.trigger_presets import presets
from campaigns.triggers import signatures
from campaigns.triggers.signatures import (
    ALGORITHMS,
    ENCODINGS,
    HMAC,
    SIGNED_CONTENTS,
    STANDARD,
    Scheme,
    SignatureError,
    signature_make,
    signature_verify,
)
from campaigns.triggers.snippets import shell_post

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
BODY = '{"type": "order.paid", "note": "Đơn của \'Lan\' $HOME \\\\n"}'.encode()
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET = "a secret of the platform's"


def scheme(**changes) -> Scheme:
    values = {"kind": HMAC, "header": "X-Signature"}
    return Scheme(**(values | changes))


SCHEMES = [
    scheme(algorithm=algorithm, encoding=encoding, signed_content=content, prefix=prefix)
    for algorithm, encoding, content, prefix in product(
        ALGORITHMS, ENCODINGS, SIGNED_CONTENTS, ("", "sha256=")
    )
]
SCHEMES = [
    Scheme(
        kind=one.kind,
        header=one.header,
        algorithm=one.algorithm,
        encoding=one.encoding,
        prefix=one.prefix,
        signed_content=one.signed_content,
        timestamp_header="X-Time" if one.needs_time else "",
        id_header="X-Id" if "{id}" in one.signed_content else "",
    )
    for one in SCHEMES
] + [
    Scheme(STANDARD),
    scheme(signed_content="{timestamp}.{body}", timestamp_member="t", signature_member="v1"),
]


def secret_of(one: Scheme) -> str:
    return STANDARD_SECRET if one.kind == STANDARD else SECRET


def small(headers):
    return {name.lower(): value for name, value in headers.items()}


def signed(one: Scheme, at: datetime = NOW, body: bytes = BODY, secret: str = ""):
    return small(signature_make(one, secret or secret_of(one), body, at=at, message_id="evt-1"))


def code(one: Scheme, headers, body: bytes = BODY, secrets=(), now: datetime = NOW) -> str:
    try:
        signature_verify(one, secrets or [secret_of(one)], headers, body, now)
    except SignatureError as error:
        return error.code
    return ""


@pytest.mark.parametrize("one", SCHEMES, ids=lambda one: f"{one.kind}-{one.signed_content}")
def test_what_is_signed_is_taken_and_nothing_else(one):
    headers = signed(one)
    assert code(one, headers) == ""
    assert code(one, headers, body=BODY + b" ") == "signature_wrong"
    other = "whsec_" + "QUJD" * 10 if one.kind == STANDARD else "another secret of theirs"
    assert code(one, headers, secrets=[other]) == "signature_wrong"
    assert code(one, headers, secrets=[other, secret_of(one)]) == ""
    assert code(one, {}) in {"signature_missing", "timestamp_missing"}


@pytest.mark.parametrize("one", [one for one in SCHEMES if one.needs_time])
@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
def test_a_request_that_is_sent_again_later_is_refused(one, seconds):
    headers = signed(one, at=NOW + timedelta(seconds=seconds))
    assert code(one, headers) == "timestamp_old"
    assert code(one, headers, now=NOW + timedelta(seconds=seconds)) == ""


def test_another_time_does_not_fit_the_signature():
    one = scheme(signed_content="{timestamp}.{body}", timestamp_header="X-Time")
    headers = signed(one, at=NOW - timedelta(hours=1)) | {"x-time": str(int(NOW.timestamp()))}
    assert code(one, headers) == "signature_wrong"


@pytest.mark.parametrize("text", ["", "now", "1" * 40, "-5", "²", "9999-99-99T00:00:00Z"])
def test_times_that_are_none(text):
    one = scheme(signed_content="{timestamp}.{body}", timestamp_header="X-Time")
    headers = signed(one) | {"x-time": text}
    assert code(one, headers) in {"timestamp_missing", "signature_malformed", "timestamp_old"}


def test_comparison_is_in_constant_time(monkeypatch):
    compared = []
    real = hmac.compare_digest

    def compare(one, other):
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(signatures.hmac, "compare_digest", compare)
    one = scheme()
    assert code(one, signed(one), secrets=[SECRET, "the former secret"]) == ""
    assert len(compared) == 2  # also after one has fitted


@given(st.text(max_size=200), st.binary(max_size=50))
def test_whatever_stands_in_the_headers_is_refused_with_a_code(text, body):
    for one in (SCHEMES[0], SCHEMES[-1], SCHEMES[-2]):
        names = ("x-signature", "webhook-id", "webhook-timestamp", "webhook-signature")
        assert code(one, dict.fromkeys(names, text), body=body)


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
@pytest.mark.parametrize(
    "one",
    [SCHEMES[0], SCHEMES[-1], SCHEMES[-2], *[one for one in SCHEMES if one.id_header][:2]],
    ids=lambda one: f"{one.kind}-{one.encoding}-{one.signed_content}",
)
def test_the_shell_command_signs_as_the_scheme_says(one, tmp_path):
    lines = shell_post(one, url="http://x/", body=BODY.decode(), secret=secret_of(one))
    found = run(lines, tmp_path)
    assert code(one, found, now=datetime.now(UTC)) == ""


def run(lines: str, folder: Path) -> dict[str, str]:
    """The headers that the command would send."""
    script = folder / "post.sh"
    script.write_text("curl() { printf '%s\\n' \"$@\"; }\n" + lines)
    bash = shutil.which("bash") or "bash"
    done = subprocess.run([bash, str(script)], capture_output=True, text=True, check=True)
    pairs = (line.partition(": ") for line in done.stdout.splitlines() if ": " in line)
    return {name.lower(): value for name, _colon, value in pairs}


def test_presets_name_schemes_that_exist():
    for preset in presets().values():
        values = {
            "kind": preset.source["signature"],
            **{
                name: preset.source[name]
                for name in ("header", "algorithm", "encoding", "signed_content")
                if name in preset.source
            },
        }
        one = Scheme(**values)
        assert one.kind in {STANDARD, HMAC}
        assert one.signed_content in SIGNED_CONTENTS
