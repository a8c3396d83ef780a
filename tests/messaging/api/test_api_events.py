"""GET /events: the stored texts, in order, to their account only."""

import json

import pytest
from django.db import connection

from config.common import clock
from messaging.selectors import events as selectors
from messaging.services.events import event_append

pytestmark = pytest.mark.django_db


def append(account, number):
    with connection.cursor() as cursor:
        return event_append(
            cursor,
            account_id=account.pk,
            event_type="inbound.received",
            at=clock.now(),
            data={"text": f"Xin chào “{number}”", "n": number},
        )


def stored(sequence):
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM messaging_event WHERE sequence = %s", [sequence])
        return cursor.fetchone()[0]


def test_bodies_are_the_stored_text_to_the_byte(api, world):
    numbers = [append(world.account, n) for n in range(2)]
    content = api.get("/events").content.decode()
    bodies = ",".join(stored(number) for number in numbers)
    assert content == f'{{"data":[{bodies}],"next_cursor":"{numbers[-1]}"}}'


def test_reader_goes_on_where_it_stopped_and_skips_nothing(api, world):
    sequences = [append(world.account, n) for n in range(5)]
    seen, after = [], "0"
    while True:
        page = json.loads(api.get(f"/events?after={after}&limit=2").content)
        after = page["next_cursor"]
        if not page["data"]:
            break
        seen += [event["sequence"] for event in page["data"]]
    assert seen == sequences
    assert after == str(sequences[-1])


def test_stranger_reads_nothing(stranger, world):
    append(world.account, 1)
    assert json.loads(stranger.get("/events").content) == {"data": [], "next_cursor": "0"}


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=1001", "cursor=1"])
def test_wrong_parameter_is_refused(api, query):
    response = api.get(f"/events?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == query.split("=")[0]


def test_types_choose_and_the_cursor_passes_the_others(api, world, monkeypatch):
    for number in range(3):
        append(world.account, number)
    with connection.cursor() as cursor:
        last = event_append(
            cursor,
            account_id=world.account.pk,
            event_type="consent.revoked",
            at=clock.now(),
            data={},
        )
    page = json.loads(api.get("/events?types=consent.revoked").content)
    assert [event["sequence"] for event in page["data"]] == [last]
    append(world.account, 4)
    empty = json.loads(api.get(f"/events?types=consent.revoked&after={last}").content)
    assert empty == {"data": [], "next_cursor": str(last + 1)}
    monkeypatch.setattr(selectors, "SEARCHED_AT_MOST", 2)
    part = json.loads(api.get("/events?types=consent.revoked").content)
    assert part == {"data": [], "next_cursor": "2"}


def test_unknown_type_is_refused_with_those_that_exist(api):
    refused = api.get("/events?types=message.sent,message.gone")
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["parameter"] == "types"
    assert "message.gone" in error["detail"]
    assert "message.delivered" in error["detail"]
