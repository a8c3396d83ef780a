"""SMS Retriever and origin-bound codes: what phones read, and what they would not."""

import pytest

from messaging.wording.formats import format_findings
from tests.messaging.wording.making import make_wording

CODE = {"type": "code", "max_length": 6}


def found(body, message_format, rewriting="none", **slots):
    wording = make_wording(body, rewriting, **({"code": CODE, "hash": "app_hash"} | slots))
    return [(one.code, one.position) for one in format_findings(wording, message_format)]


@pytest.mark.parametrize(
    "body",
    [
        "MAX sign-in. Don't share this code with anyone: {code}\n+QyYAqib1U4",
        "<#> Your ExampleApp code is: {code}\nFA+9qCX9VSu",
        "<#> {code}\n{hash}",
        "{code} is your code {hash}",
        "Mã của bạn là {code}. Không chia sẻ.\n{hash}",
    ],
)
def test_sms_retriever_reads(body):
    assert found(body, "sms_retriever") == []


@pytest.mark.parametrize(
    ("body", "findings"),
    [
        # facts 6.1: the newline was lost, and the hash glued to the code.
        ("Your code: {code}+QyYAqib1U4", [("hash_glued", 11)]),
        ("Your code: {code}{hash}", [("hash_glued", 11)]),
        ("Your code: {code}", [("hash_missing", 17)]),
        ("Your code: {code}\n+QyYAqib1U", [("hash_missing", 28)]),
        ("Your code: {code}\n+QyYAqib1U4x", [("hash_missing", 30)]),
        ("Your code {code} information", [("hash_missing", 28)]),
        ("{hash}\nYour code: {code}", [("hash_not_last", 0)]),
        ("{hash} is it: {code}\n{hash}", [("hash_twice", 0)]),
        ("Your code: 123456\n+QyYAqib1U4", [("code_missing", 29)]),
        ("{code}" + "x" * 122 + "\n+QyYAqib1U4", []),
        ("{code}" + "x" * 123 + "\n+QyYAqib1U4", [("too_many_octets", 141)]),
        ("{code}" + "ạ" * 52 + "\n+QyYAqib1U4", []),
        ("{code}" + "ạ" * 53 + "\n+QyYAqib1U4", [("too_many_octets", 71)]),
        ("{code}" + "x" * 110 + "[QC]" + "\n+QyYAqib1U4", []),
        ("{code}" + "x" * 117 + "[QC]" + "\n+QyYAqib1U4", [("too_many_octets", 139)]),
    ],
)
def test_sms_retriever_would_not_read(body, findings):
    assert found(body, "sms_retriever") == findings


def test_octets_are_those_of_the_worst_case():
    body = "{code} {name}" + "x" * 60 + "\n{hash}"
    assert found(body, "sms_retriever", name={"charset": "digits", "max_length": 60}) == []
    assert found(body, "sms_retriever", name={"charset": "gsm7", "max_length": 60}) != []
    assert found(body, "sms_retriever", name={"type": "name", "max_length": 10}) != []
    assert found("ạ" * 60 + "{code}\n{hash}", "sms_retriever", "unmarked") == []


@pytest.mark.parametrize(
    "body",
    [
        "Your code is {code}.\n\n@example.com #{code}",
        "Mã: {code}\n@sub.example.com.vn #{code}",
        "@example.com #{code}",
        "{code}\n@example.com #{code} @embedded.example",
        "{code}\n@xn--fiq228c.com #{code}",
    ],
)
def test_origin_bound_reads(body):
    assert found(body, "origin_bound") == []


@pytest.mark.parametrize(
    ("body", "findings"),
    [
        ("Your code is {code}", [("origin_missing", 19)]),
        ("{code}\n@example.com #{code}\n", [("origin_not_last", 28)]),
        ("{code} @example.com #{code}", [("origin_not_last", 7)]),
        ("{code}\n@example.com #{code}\nThanks", [("origin_not_last", 7)]),
        ("{code}\n@https://example.com #{code}", [("origin_scheme", 8)]),
        ("{code}\n@example.com:443 #{code}", [("origin_host", 8)]),
        ("{code}\n@example.com/login #{code}", [("origin_host", 8)]),
        ("{code}\n@example #{code}", [("origin_host", 8)]),
        ("{code}\n@{host} #{code}", [("origin_host", 8)]),
        ("{code}\n@example.com  #{code}", [("origin_spaces", 20)]),
        ("{code}\n@example.com#{code}", [("origin_host", 8), ("origin_code", 26)]),
        ("{code}\n@example.com %{code}", [("origin_percent", 20)]),
        ("{code}\n@example.com {code}", [("origin_code", 20)]),
        ("{code}\n@example.com #123456", [("origin_code", 21)]),
        ("{code}\n@example.com #{host}", [("origin_code", 21)]),
        ("{code}\n@example.com #{code} ", [("origin_trailing", 27)]),
        ("{code}\n@example.com #{code}.", [("origin_trailing", 27)]),
        ("{code}\n@example.com #{code} @", [("origin_trailing", 27)]),
    ],
)
def test_origin_bound_would_not_read(body, findings):
    assert found(body, "origin_bound") == findings


def test_a_code_that_may_end_early_is_no_code():
    loose = {"type": "code", "charset": "ascii"}
    assert found("@example.com #{code}", "origin_bound", code=loose) == [("origin_code_set", 14)]


@pytest.mark.parametrize(
    ("body", "findings"),
    [
        ("Code {code}\n{hash}\n@example.com #{code}", []),
        ("Code {code} +QyYAqib1U4\n@example.com #{code}", []),
        (
            "Code {code}\n@example.com #{code}\n{hash}",
            [("hash_not_last", 33), ("origin_not_last", 12)],
        ),
        ("Code {code}\n@example.com #{code}", [("hash_missing", 12)]),
        ("{hash}\nCode {code}\n@example.com #{code}", [("hash_not_last", 0)]),
    ],
)
def test_both_together(body, findings):
    assert found(body, "both") == findings


def test_plain_texts_have_no_format():
    assert found("anything", "") == []
