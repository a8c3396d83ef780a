from collections import Counter
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import AudienceEntry, Contact
from campaigns.selectors.campaigns import campaign_progress, excluded_of
from campaigns.services import release as release_module
from campaigns.services.locks import RELEASE_LOCK, held
from campaigns.services.release import campaign_release, campaign_slice_release
from compliance.models import AuditEntry
from messaging.models import Dispatch, Message, TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.selectors.tallies import campaign_counts
from tests.campaigns.launching import (
    VALUES,
    Market,
    at_once,
    contacts_of,
    ledger,
    make_market,
    messages,
    opt_out,
    queued,
    release_all,
)


@pytest.fixture
def market(db) -> Market:
    return make_market()


def never(_seconds: float) -> None:
    raise AssertionError("nothing to wait for")


def test_every_contact_gets_a_message_and_a_line_in_the_ledger(market):
    campaign = market.launched(5)
    release_all(campaign, limit=2)
    assert campaign.status == "sending"
    assert set(ledger(campaign).values()) == {("released", "")}
    assert (
        messages(campaign),
        queued(campaign),
        campaign_counts([campaign.pk])[campaign.pk].accepted,
    ) == (5, 5, 5)


def test_the_text_is_filled_from_columns_and_fixed_texts(market):
    contact_list = market.audience(1, name="Lê Thị Hoa", attributes={"order_code": "DH 7"})
    campaign = market.launched(contact_list)
    release_all(campaign)
    text = Message.objects.get(campaign_id=campaign.pk).text
    assert text == "Hello Lê Thị Hoa, order DH 7 is on its way."


def test_an_empty_column_takes_the_fallback(market):
    contact_list = market.audience(1, name="  ")
    values = VALUES | {"name": {"attribute": "name", "fallback": "bạn"}}
    campaign = market.launched(contact_list, values=values)
    release_all(campaign)
    assert Message.objects.get(campaign_id=campaign.pk).text.startswith("Hello bạn,")


def test_values_are_sent_composed(market):
    contact_list = market.audience(1, name="Nguye\u0302\u0303n")
    campaign = market.launched(contact_list)
    release_all(campaign)
    assert "Nguyễn" in Message.objects.get(campaign_id=campaign.pk).text


def test_exclusions_by_reason_add_up_to_the_audience(market):
    contact_list = market.audience(8)
    people = contacts_of(contact_list)
    opt_out(people[0])
    opt_out(people[1])
    Contact.objects.filter(pk=people[2].pk).update(attributes={})
    Contact.objects.filter(pk=people[4].pk).update(country="DE")
    Contact.objects.filter(pk=people[5].pk).update(
        name="x" * 200, attributes={"order_code": "y" * 5000}
    )
    campaign = market.launched(contact_list)
    release_all(campaign, limit=3)
    counts = campaign_counts([campaign.pk])[campaign.pk]
    assert excluded_of(counts) == {
        "suppressed": 2,
        "missing_value": 1,
        "no_price": 1,
        "value_refused": 1,
    }
    assert Counter(reason for _outcome, reason in ledger(campaign).values()) == {
        "": 3,
        **excluded_of(counts),
    }
    progress = campaign_progress(campaign)
    assert (progress.audience, progress.excluded, progress.queued) == (8, 5, 3)
    assert progress.unreleased == progress.waiting == progress.awaiting_receipt == 0


def test_the_ledger_names_the_slot_without_value(market):
    campaign = market.launched(market.audience(1))
    Contact.objects.update(name="")
    release_all(campaign)
    assert AudienceEntry.objects.get(campaign_id=campaign.pk).detail == "name"


def test_a_slice_that_breaks_leaves_nothing_and_is_released_once(market, monkeypatch):
    campaign = market.launched(4)
    campaign_slice_release(campaign_id=campaign.pk, limit=2)

    def break_down(*_args) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(release_module, "_tally_excluded", break_down)
        with pytest.raises(RuntimeError):
            campaign_slice_release(campaign_id=campaign.pk, limit=2)
    assert (messages(campaign), len(ledger(campaign))) == (2, 2)
    release_all(campaign, limit=2)
    assert (messages(campaign), len(ledger(campaign)), queued(campaign)) == (4, 4, 4)


@pytest.mark.django_db(transaction=True)
def test_two_workers_release_each_contact_once():
    campaign = make_market().launched(60)

    def work() -> None:
        while campaign_slice_release(campaign_id=campaign.pk, limit=3).turn == "again":
            pass

    assert at_once(work, work) == [None, None]
    assert (messages(campaign), len(ledger(campaign)), queued(campaign)) == (60, 60, 60)
    assert set(Counter(Message.objects.values_list("msisdn", flat=True)).values()) == {1}


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_cut_off_leaves_its_lock_and_half_a_slice_to_nobody(monkeypatch):
    campaign = make_market().launched(6)
    write = release_module._ledger_write

    def cut_off(*args) -> None:
        write(*args)
        with connection.cursor() as cursor:  # as if the process were killed
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as broken:
        broken.setattr(release_module, "_ledger_write", cut_off)
        (error,) = at_once(lambda: campaign_release(campaign.pk, wait=never))
    assert isinstance(error, OperationalError)
    assert (messages(campaign), queued(campaign)) == (0, 0)
    assert campaign_release(campaign.pk, wait=never) == "finished"
    assert (messages(campaign), len(ledger(campaign)), queued(campaign)) == (6, 6, 6)


@pytest.mark.django_db(transaction=True)
def test_the_second_worker_leaves_a_campaign_to_the_first():
    campaign = make_market().launched(2)
    with held(RELEASE_LOCK, campaign.pk) as is_ours:
        (turn,) = at_once(lambda: campaign_release(campaign.pk, wait=never))
    assert is_ours
    assert turn == "taken"
    assert messages(campaign) == 0


def test_a_turn_releases_the_whole_audience(market, settings):
    settings.RELEASE_SLICE = 2
    campaign = market.launched(5)
    assert campaign_release(campaign.pk, wait=never) == "finished"
    assert messages(campaign) == 5


def test_a_turn_that_ends_early_asks_for_the_next(market, published):
    campaign = market.launched(3)
    assert campaign_release(campaign.pk, seconds=0, wait=never) == "again"
    assert published == [("campaigns.tasks.release_campaign", (campaign.pk,))]
    campaign_release(campaign.pk, seconds=0, wait=never)
    assert len(published) == 2


def test_a_campaign_that_does_not_run_ends_the_turn(market):
    assert campaign_release(market.campaign(1).pk, wait=never) == "stopped"


def test_release_waits_while_the_queue_is_long(market, settings):
    settings.RELEASE_BACKLOG, settings.RELEASE_SLICE = 4, 2
    campaign = market.launched(10)
    seen = []

    def carriers_take_some(_seconds: float) -> None:
        ids = Dispatch.objects.values_list("id", flat=True)
        seen.append(len(ids))
        Dispatch.objects.filter(id__in=list(ids[:3])).delete()

    assert campaign_release(campaign.pk, wait=carriers_take_some) == "finished"
    assert seen
    assert set(seen) <= {4, 5}
    assert messages(campaign) == 10


def test_a_speed_limit_holds_in_every_second(market, monkeypatch):
    now = [1000.0]
    released_at = []
    monkeypatch.setattr(release_module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    slice_release = release_module.campaign_slice_release

    def note(*, campaign_id: int, limit: int):
        released_at.extend([now[0]] * min(limit, 20 - len(released_at)))
        return slice_release(campaign_id=campaign_id, limit=limit)

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(release_module, "campaign_slice_release", note)
    campaign = market.launched(20, messages_per_second=8)
    assert campaign_release(campaign.pk, seconds=60, wait=sleep) == "finished"
    assert len(released_at) == 20
    assert all(sum(start <= at < start + 1 for at in released_at) <= 8 + 2 for start in released_at)
    assert 2 <= now[0] - 1000 < 4


def test_a_withdrawn_text_pauses_the_campaign_and_spends_nobody(market):
    campaign = market.launched(4)
    campaign_slice_release(campaign_id=campaign.pk, limit=2)
    TemplateVersion.objects.filter(pk=market.version.pk).update(status="withdrawn")
    snapshots.forget()
    assert campaign_slice_release(campaign_id=campaign.pk, limit=2).turn == "stopped"
    campaign.refresh_from_db()
    assert (campaign.status, len(ledger(campaign)), queued(campaign)) == ("paused", 2, 0)
    assert AuditEntry.objects.get(action="campaign.stopped").detail == {
        "reason": "template_not_approved"
    }


def test_a_contact_that_leaves_the_list_is_not_in_the_audience(market):
    contact_list = market.audience(3)
    campaign = market.launched(contact_list)
    contact_list.memberships.first().delete()
    release_all(campaign)
    assert (campaign.audience_size, campaign_progress(campaign).unreleased) == (2, 0)


def test_a_slice_costs_the_same_number_of_queries_whatever_its_size(market, monkeypatch):
    few, many = market.launched(10), market.launched(40)
    # On a slow machine it grows old between the two, and asks for the version.
    snapshot = snapshots.current()
    monkeypatch.setattr(snapshots, "current", lambda: snapshot)
    counts = []
    for campaign in (few, many):
        with CaptureQueriesContext(connection) as queries:
            campaign_slice_release(campaign_id=campaign.pk, limit=100)
        counts.append(len(queries))
    assert counts[0] == counts[1]
