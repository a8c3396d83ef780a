"""POST /messages/preview about texts: units, letters, networks, wordings."""

import json
from pathlib import Path

import pytest

from routing.models import Network, NetworkTextRule

pytestmark = pytest.mark.django_db

VECTORS = Path(__file__).parents[2] / "data" / "encoding_vectors.json"
CASES = [
    case
    for case in json.loads(VECTORS.read_text(encoding="ascii"))["cases"]
    if "text" in case
    and not {"encoding", "ref_bits"} & set(case)
    and not any(0xD800 <= ord(char) <= 0xDFFF for char in case["text"])
]
PROMO = "Chào bạn, cửa hàng giảm giá 20% cho mọi đơn hàng đến hết ngày 30 tháng này nhé!"


def preview(api, **body):
    response = api.post("/messages/preview", body)
    assert response.status_code == 200, response.content
    return response.json()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_vector(api, case):
    found, expected = preview(api, text=case["text"], normalize=False), case["expected"]
    assert (found["encoding"], found["units"], found["segment_count"]) == (
        expected["encoding"],
        expected["total_units"],
        expected["parts"],
    )
    assert "".join(one["text"] for one in found["segments"]) == case["text"]
    assert sum(one["units"] for one in found["segments"]) == expected["total_units"]


def test_more_segments_than_a_message_can_have_is_an_error(api):
    response = api.post("/messages/preview", {"text": "ă" * (255 * 67 + 1)})
    assert response.json()["code"] == "too_long"


def test_more_segments_than_are_sent_is_a_refusal(api, text):
    found = preview(api, **text | {"text": "x" * 1531})
    assert found["segment_count"] == 11
    assert found["refusal"]["code"] == "too_long"
    assert found["compliance"]["decision"] == "blocked"


def test_other_letters_are_suggested_with_what_they_save_and_mean(api, market):
    found = preview(api, text=PROMO, **{"class": "care"})
    (unmarked,) = found["suggestions"]
    assert (unmarked["rewriting"], unmarked["encoding"]) == ("unmarked", "gsm7")
    assert unmarked["text"].startswith("Chao ban, cua hang giam gia 20%")
    assert unmarked["saved_segments"] == found["segment_count"] - 1 == 1
    reading = unmarked["warnings"][0]["readings"][0]
    assert reading["word"]
    assert reading["meaning"]


def test_meanings_are_in_the_callers_language(api, market):
    english = preview(api, text=PROMO)["suggestions"][0]["warnings"][0]
    response = api.post(
        "/messages/preview", {"text": PROMO}, headers={"Accept-Language": "vi"}
    ).json()
    vietnamese = response["suggestions"][0]["warnings"][0]
    assert english["word"] == vietnamese["word"]
    assert english["readings"][0]["meaning"] != vietnamese["readings"][0]["meaning"]


def test_signs_of_a_word_processor_have_a_suggestion_of_their_own(api, market):
    found = preview(api, text="“Sale” – 20%…")
    (smart,) = found["suggestions"]
    assert (smart["rewriting"], smart["text"]) == ("smart", '"Sale" - 20%...')
    assert smart["warnings"] == []


def test_plain_text_needs_no_suggestion(api, market):
    assert preview(api, text="Hello")["suggestions"] == []


def test_invisible_characters_are_shown(api, market):
    found = preview(api, text="a\u200bb")
    (one,) = found["invisible"]
    assert (one["position"], one["name"], one["suggestion"]) == (1, "ZERO WIDTH SPACE", "")


@pytest.fixture
def labelled(market):
    """A network that wraps care messages and refuses braces."""
    return NetworkTextRule.objects.create(
        network=Network.objects.get(code="viettel"),
        message_class="care",
        adds_before="(QC) ",
        adds_after=" TC gui 1313",
        refused_characters="{}",
        source="Contract",
    )


def test_what_networks_add_is_shown_and_priced(api, labelled, text):
    found = preview(api, text="x" * 150, **{"class": "care"})
    (network,) = found["networks"]
    assert (network["code"], network["segment_count"]) == ("viettel", 2)
    assert (network["adds_before"], network["adds_after"]) == ("(QC) ", " TC gui 1313")
    assert network["cost"] == {"amount": "700", "currency": "VND"}
    assert found["cost"]["amount"] == "350"


def test_recipients_network_decides_what_is_billed(api, labelled, text):
    wanted = text | {"text": "x" * 150}
    found, message = preview(api, **wanted), api.post("/messages", wanted).json()
    for same in ("segment_count", "billed_segment_count"):
        assert found[same] == message[same], same
    assert found["billed_segment_count"] == 2
    assert found["cost"]["amount"] == message["price"]["amount"] == "700"


def test_characters_that_a_network_may_refuse_are_a_finding(api, labelled, text):
    found = preview(api, **text | {"text": "Hi {you}"})
    assert found["networks"][0]["refused_characters"] == ["{", "}"]
    warned = [one for one in found["compliance"]["findings"] if one["severity"] == "warn"]
    assert any("{ }" in one["message"] for one in warned)
    assert found["compliance"]["decision"] == "allowed"


def test_worst_case_of_a_network_counts_what_it_adds(api, labelled):
    slots = [{"name": "code", "type": "code", "max_length": 10, "example": "A1"}]
    wording = {"text": "x" * 140 + "{code}", "slots": slots}
    found = preview(api, wording=wording, **{"class": "care"})
    assert found["worst_case"]["worst"]["segment_count"] == 1
    assert found["networks"][0]["worst_segment_count"] == 2


WORDING = {
    "text": "Mã của bạn: {code}",
    "slots": [{"name": "code", "type": "code", "max_length": 6, "example": "482915"}],
    "rewriting": "unmarked",
    "variants": [{"language": "en", "text": "Your code: {code}"}],
}


@pytest.mark.parametrize(
    ("language", "text"),
    [(None, "Ma cua ban: 482915"), ("en-GB", "Your code: 482915"), ("fr", "Ma cua ban: 482915")],
)
def test_wording_is_shown_in_its_letters_and_language(api, market, language, text):
    found = preview(api, wording=WORDING, language=language)
    assert (found["text"], found["encoding"]) == (text, "gsm7")
    assert found["worst_case"]["worst"]["encoding"] == "gsm7"


def test_value_of_a_wording_is_checked(api, market):
    body = {"wording": WORDING, "parameters": {"code": "https://a.example"}}
    (error,) = api.post("/messages/preview", body).json()["errors"]
    assert error["pointer"] == "#/parameters/code"
    assert error["code"].startswith("value_")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"variants": [{"language": "en", "text": "{nothing}"}]}, "#/wording/variants/0/text"),
        ({"variants": [{"language": "?", "text": "Hi"}]}, "#/wording/variants/0/language"),
        ({"variants": [{"text": "Hi"}]}, "#/wording/variants/0/language"),
        ({"rewriting": "shouting"}, "#/wording/rewriting"),
        ({"slots": [{"name": "code", "type": "colour"}]}, "#/wording/slots/0/type"),
        ({"slots": [{"name": "code", "pattern": "("}]}, "#/wording/slots/0/pattern"),
    ],
)
def test_wrong_part_of_a_wording_is_named(api, market, change, pointer):
    response = api.post("/messages/preview", {"wording": WORDING | change})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == pointer


def test_format_that_a_wording_does_not_have_is_said(api, market):
    found = preview(api, wording=WORDING | {"message_format": "origin_bound"})
    assert [one["code"] for one in found["format_problems"]] == ["origin_missing"]
    assert "@example.com" in found["format_problems"][0]["message"]
    text = "Code: {code}\n\n@example.com #{code}"
    good = WORDING | {"text": text, "variants": [], "message_format": "origin_bound"}
    assert preview(api, wording=good)["format_problems"] == []
