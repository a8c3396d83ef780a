"""Suppressions by API: filters, reach, end, lifting, and the check of many numbers."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile

from compliance.models import Program, Register, Suppression
from compliance.services.registers import (
    SnapshotValues,
    register_load,
    snapshot_start,
    snapshot_upload,
)
from compliance.services.suppressions import suppression_add
from config.common import clock
from tests.factories import make_advertiser

pytestmark = pytest.mark.django_db
FIRST, SECOND = "+84912345678", "+84912345679"


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def suppress(world: Any, **values: Any) -> Suppression:
    shared: dict[str, Any] = {
        "account": world.account,
        "advertiser": None,
        "msisdn": FIRST[1:],
        "purpose": "marketing",
        "source": "console",
        "actor": None,
    }
    return suppression_add(**(shared | values))


def load_register(*lines: str) -> None:
    snapshot = snapshot_upload(
        register=Register.objects.get(country="VN"),
        file=ContentFile("\n".join(lines).encode(), name="list.csv"),
        file_name="list.csv",
        values=SnapshotValues("S1", clock.now()),
        actor=None,
    )
    snapshot_start(snapshot=snapshot, actor=None)
    assert register_load(snapshot.pk) == "in_force"


def check(api: Any, *numbers: str, **values: Any) -> Any:
    wanted = {"numbers": list(numbers), "class": "marketing"} | values
    answer = api.post("/suppressions/check", wanted)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_numbers_are_answered_in_their_order(api, world):
    suppress(world)
    found = check(api, SECOND, "0912 345 678", "nonsense")["numbers"]
    assert [(one["number"], one["suppressed"]) for one in found] == [
        (SECOND, False),
        (FIRST, True),
        (None, False),
    ]
    assert found[1]["causes"] == ["manual"]
    assert found[2]["error"]


def test_the_class_decides_what_counts(api, world):
    suppress(world)
    assert not check(api, FIRST, **{"class": "otp"})["numbers"][0]["suppressed"]
    suppress(world, purpose="all", msisdn=SECOND[1:])
    assert check(api, SECOND, **{"class": "otp"})["numbers"][0]["suppressed"]


def test_brand_program_and_sender_narrow_the_question(api, world):
    program = Program.objects.create(
        account=world.account, advertiser=world.advertiser, name="Sale", code="SALE"
    )
    make_advertiser(world.account, name="Second")
    suppress(world, advertiser=world.advertiser, program=program)
    suppress(world, advertiser=world.advertiser, sender="53849", msisdn=SECOND[1:])
    brand = {"advertiser": world.advertiser.name}
    asked = [
        check(api, FIRST, SECOND, **values)["numbers"]
        for values in ({}, brand, brand | {"program": "sale"}, brand | {"sender": "53849"})
    ]
    found = [[one["suppressed"] for one in numbers] for numbers in asked]
    assert found == [[False, False], [False, False], [True, False], [False, True]]


def test_the_end_is_that_of_the_last_suppression(api, world):
    soon, later = clock.now() + timedelta(days=1), clock.now() + timedelta(days=9)
    suppress(world, expires_at=soon)
    suppress(world, expires_at=later, purpose="all")
    assert check(api, FIRST)["numbers"][0]["until"].startswith(later.date().isoformat())
    suppress(world, cause="refusal")
    assert check(api, FIRST)["numbers"][0]["until"] is None


def test_the_register_is_asked_and_named(api, world):
    assert check(api, FIRST)["numbers"][0]["registered"] is None
    load_register(f"{FIRST},S", f"{SECOND},V")
    found = check(api, FIRST, SECOND)
    assert [one["registered"] for one in found["numbers"]] == [True, False]
    assert [(one["country"], one["list"]) for one in found["registers"]] == [("VN", "S1")]


def test_another_accounts_suppressions_are_not_told(api, stranger, world):
    suppress(world)
    assert not check(stranger, FIRST)["numbers"][0]["suppressed"]


def test_a_check_of_many_costs_few_queries(api, world, django_assert_max_num_queries):
    load_register(f"{FIRST},S")
    numbers = [f"+8491{number:07d}" for number in range(10_000)]
    with django_assert_max_num_queries(14):
        assert len(check(api, *numbers)["numbers"]) == 10_000


def test_more_than_ten_thousand_are_refused(api):
    wanted = {"numbers": [FIRST] * 10_001, "class": "marketing"}
    assert api.post("/suppressions/check", wanted).status_code == 422


def test_a_suppression_has_cause_reach_and_end(api, world):
    wanted = {
        "number": FIRST,
        "purpose": "marketing",
        "cause": "complaint",
        "advertiser": world.advertiser.name,
        "sender": "53849",
        "expires_at": (clock.now() + timedelta(days=30)).isoformat(),
    }
    shown = api.post("/suppressions", wanted).json()
    assert (shown["cause"], shown["sender"], shown["source"]) == ("complaint", "53849", "api")
    assert shown["expires_at"]
    assert len(api.get("/suppressions?cause=complaint").json()["data"]) == 1
    assert api.get("/suppressions?cause=bounce").json()["data"] == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"cause": "bounce"}, "cause"),
        ({"program": "SALE"}, "program"),
        ({"cause": "refusal", "expires_at": "2099-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(api, values, field):
    answer = api.post("/suppressions", {"number": FIRST, "purpose": "marketing"} | values)
    assert answer.status_code == 422
    assert field in answer.content.decode()


def test_lifting_needs_a_reason_and_keeps_it(api, world):
    made = suppress(world)
    assert api.call("DELETE", f"/suppressions/{made.pk}").status_code in (400, 422)
    assert api.call("DELETE", f"/suppressions/{made.pk}?reason=mistake").status_code == 204
    made.refresh_from_db()
    assert made.lifted_reason == "mistake"
    assert api.call("DELETE", f"/suppressions/{made.pk}?reason=again").status_code == 409


def test_what_a_person_asked_for_is_not_lifted_without_consent(api, world):
    made = suppress(world, cause="refusal")
    assert api.call("DELETE", f"/suppressions/{made.pk}?reason=sales").status_code == 403


def test_a_stranger_lifts_nothing(stranger, world):
    made = suppress(world)
    assert stranger.call("DELETE", f"/suppressions/{made.pk}?reason=x").status_code == 404
