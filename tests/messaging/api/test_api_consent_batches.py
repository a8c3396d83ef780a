"""Consent by the thousand, with files that prove it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.models import ConsentRecord, ConsentState, Document, Suppression
from tests.factories import make_account

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a signed form"


@pytest.fixture
def row():
    return {
        "number": "0981112223",
        "advertiser": "Sao Mai",
        "purpose": "marketing",
        "action": "granted",
        "method": "form",
        "source": "https://example.com/join",
        "evidence": {"ip": "203.0.113.9"},
        "text_version": "v3",
        "content": "Offers",
        "form": "SMS",
        "frequency": "4/month",
        "given_at": "2026-01-31T09:00:00+07:00",
        "expires_at": "2099-01-31T09:00:00+07:00",
    }


def upload(api, content=PDF):
    return api.client.post(
        "/api/v1/documents",
        {"file": SimpleUploadedFile("form.pdf", content)},
        headers={"Authorization": f"Bearer {api.text}"},
    )


def test_rows_are_accepted_or_refused_each_for_itself(api, row):
    rows = [
        row,
        row | {"number": "02838123456"},
        row | {"number": "0981112224", "frequency": "often"},
        row | {"number": "0981112225", "action": "revoked"},
        row | {"number": "0981112226", "purpose": "fun"},
        row | {"number": "0981112227", "given_at": "2099-02-01T00:00:00Z"},
        row | {"number": "0981112228", "advertiser": "Nobody"},
        row | {"number": "0981112229", "action": "lapsed"},
        row | {"number": "0981112220", "document": 999_999},
    ]
    answer = api.post("/consents/batch", {"consents": rows})
    assert answer.status_code == 200
    body = answer.json()
    counts = {name: body[f"{name}_count"] for name in ("accepted", "recorded", "rejected")}
    assert counts == {"accepted": 2, "recorded": 2, "rejected": 7}
    assert [(one["index"], one["code"], one["pointer"]) for one in body["rejected"]] == [
        (1, "fixed_line", "#/consents/1/number"),
        (2, "frequency_unread", "#/consents/2/frequency"),
        (4, "invalid_choice", "#/consents/4/purpose"),
        (5, "given_in_future", "#/consents/5/given_at"),
        (6, "unknown_advertiser", "#/consents/6/advertiser"),
        (7, "invalid_choice", "#/consents/7/action"),
        (8, "unknown_document", "#/consents/8/document"),
    ]
    granted = ConsentRecord.objects.get(action="granted")
    assert (granted.method, granted.source, granted.evidence, granted.promised_limit) == (
        "form", "https://example.com/join", {"ip": "203.0.113.9"}, 4,
    )  # fmt: skip
    assert Suppression.objects.get().msisdn == "84981112225"


def test_repeating_a_batch_adds_nothing(api, row):
    first = api.post("/consents/batch", {"consents": [row]}).json()
    again = api.post("/consents/batch", {"consents": [row]}).json()
    assert (first["recorded_count"], again["recorded_count"], again["accepted_count"]) == (1, 0, 1)
    assert ConsentRecord.objects.count() == 1


def test_revocations_of_a_batch_are_told_in_its_order_by_one_query(api, stranger, row):
    gone = row | {"action": "revoked", "method": "api"}
    rows = [
        row,
        gone | {"number": "0981112226"},
        gone | {"number": "0981112225"},
        gone | {"number": "0981112227", "given_at": "2099-02-01T00:00:00Z"},
    ]
    with CaptureQueriesContext(connection) as asked:
        api.post("/consents/batch", {"consents": rows})
    assert sum("messaging_eventcounter" in one["sql"] for one in asked) == 1
    told = api.get("/events?types=consent.revoked").json()["data"]
    assert [one["data"]["number"] for one in told] == ["+84981112226", "+84981112225"]
    assert [one["sequence"] for one in told] == [1, 2]
    api.post("/consents", gone)
    single = api.get("/events?types=consent.revoked").json()["data"][-1]["data"]
    assert told[0]["data"] == single | {"number": "+84981112226"}
    assert stranger.get("/events?types=consent.revoked").json()["data"] == []


def test_many_revocations_ask_the_database_as_often_as_two(api, row):
    gone = row | {"action": "revoked", "method": "api"}

    def asked(first: int, count: int) -> int:
        rows = [gone | {"number": f"09811{first + one:05d}"} for one in range(count)]
        with CaptureQueriesContext(connection) as queries:
            answer = api.post("/consents/batch", {"consents": rows}).json()
        assert answer["recorded_count"] == count
        return len(queries)

    few = asked(0, 2)
    assert asked(200, 40) <= few
    assert Suppression.objects.filter(lifted_at=None, cause="refusal", source="api").count() == 42


def test_a_file_is_uploaded_once_and_proves_many(api, row):
    made = upload(api)
    assert made.status_code == 201
    assert upload(api).json()["id"] == made.json()["id"]
    file = made.json()["id"]
    shown = api.post("/consents", row | {"document": file}).json()
    assert (shown["document"], shown["promised_limit"]) == (file, 4)
    other = row | {"number": "0981112224", "document": file}
    assert api.post("/consents/batch", {"consents": [other]}).json()["recorded_count"] == 1
    checksum = Document.objects.get().checksum
    assert {r.evidence["document"]["sha256"] for r in ConsentRecord.objects.all()} == {checksum}
    assert ConsentState.objects.count() == 2
    back = api.get(f"/documents/{file}")
    assert back.content == PDF
    assert back["Content-Disposition"].startswith("attachment")
    assert back["X-Content-Type-Options"] == "nosniff"


def test_files_are_checked_and_belong_to_one_account(api, row):
    assert upload(api, b"MZ\x00\x01").json()["errors"][0]["code"] == "document_type"
    assert api.get("/documents/1").status_code == 404
    theirs = Document.objects.create(
        account=make_account(), name="x", media_type="text/plain", size=1, checksum="0" * 64,
        content=b"x", uploaded_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    assert api.get(f"/documents/{theirs.pk}").status_code == 404
    assert api.post("/consents", row | {"document": theirs.pk}).status_code == 422
