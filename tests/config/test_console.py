"""What every page of the console has in common: menus, errors, languages, query counts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from pytest_django import DjangoDbBlocker

from compliance.access import account_path
from compliance.models import Account, User
from compliance.services.access import role_revoke
from compliance.services.suppressions import suppression_add
from config.common import clock
from config.common.errors import ConflictError
from messaging.selectors.snapshot import snapshots
from tests.campaigns.launching import make_market
from tests.config.everything import make_everything
from tests.config.walk import page_name, registered
from tests.factories import PASSWORD, make_account, make_bind, make_carrier, make_user
from tests.recording import Recording, record
from tests.world import World

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_menu_has_what_the_role_opens(world: World, browse: Any) -> None:
    page = text(browse(world.olga).get(reverse("admin:carriers_carrier_changelist")))
    assert reverse("admin:routing_route_changelist") in page
    assert reverse("admin:compliance_apikey_changelist") not in page


def test_menu_names_pages_beside_lists_and_marks_the_open_one(world: World, browse: Any) -> None:
    pages = [reverse(f"admin:routing_route_{name}") for name in ("changelist", "map", "try")]
    for address in pages:
        answer = browse(world.olga).get(address)
        items = [item for group in answer.context["sidebar_navigation"] for item in group["items"]]
        marked = {item["link"]: item["active"] for item in items if item["link"] in pages}
        assert marked == {one: one == address for one in pages}
    page = text(browse(world.alice).get(reverse("admin:index")))
    assert not any(f'"{address}"' in page for address in pages)


def test_pages_of_their_own_are_named_behind_their_list(world: World, browse: Any) -> None:
    page = text(browse(world.olga).get(reverse("admin:routing_route_map")))
    assert 'aria-current="page">Route map</span>' in page
    page = text(browse(world.olga).get(reverse("admin:routing_route_changelist")))
    assert "aria-current" not in page
    campaign = make_market(world.account).campaign(1)
    own = reverse("admin:campaigns_campaign_change", args=[campaign.pk])
    assert "aria-current" not in text(browse(world.alice).get(own))  # its object names it


def test_icon_is_found_where_browsers_look_for_it(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 301
    assert answer["Location"].endswith("signalbox/icon.svg")


def test_what_no_role_opens_is_said_in_words(world: World, browse: Any) -> None:
    answer = browse(world.alice).get(reverse("admin:carriers_carrier_changelist"))
    assert answer.status_code == 403
    assert "None of your roles opens this page" in text(answer)


@pytest.mark.parametrize("name", ["alice", "bob", "ines", "charlie", "olga", "ada"])
def test_everybody_has_a_home(world: World, browse: Any, name: str) -> None:
    answer = browse(getattr(world, name)).get(reverse("admin:index"))
    assert answer.status_code == 200
    assert answer.context["panels"]


def test_without_a_role_the_home_says_so(db: None, browse: Any) -> None:
    answer = browse(make_user(is_staff=True)).get(reverse("admin:index"))
    assert "You have no role yet" in text(answer)


def test_taken_role_is_gone_at_once(world: World, browse: Any) -> None:
    client = browse(world.ines)
    page = reverse("admin:compliance_apikey_changelist")
    assert client.get(page).status_code == 200
    role_revoke(user=world.ines, role="integrator", account=world.account, actor=world.ada)
    assert client.get(page).status_code == 403


def refuse(*_: object, **__: object) -> None:
    """What a page does when a service refuses."""
    raise ConflictError("too_late", "It is too late for that.")


def test_what_a_service_refuses_becomes_a_message(
    world: World, browse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compliance.admin.key_actions.object_or_404", refuse)
    client = browse(world.ines)
    page = reverse("admin:compliance_apikey_revoke", args=[1])
    origin = reverse("admin:compliance_apikey_changelist")
    answer = client.post(page, headers={"referer": f"http://testserver{origin}"}, follow=True)
    assert answer.redirect_chain == [(f"http://testserver{origin}", 302)]
    assert "It is too late for that." in text(answer)


@pytest.mark.parametrize(
    "referer",
    ["", "https://elsewhere.example.com/", "http://testserver/admin/compliance/apikey/1/revoke/"],
)
def test_after_a_refusal_one_is_sent_home_where_there_is_no_way_back(
    world: World, browse: Any, monkeypatch: pytest.MonkeyPatch, referer: str
) -> None:
    monkeypatch.setattr("compliance.admin.key_actions.object_or_404", refuse)
    page = reverse("admin:compliance_apikey_revoke", args=[1])
    answer = browse(world.ines).get(page, headers={"referer": referer})
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))


def test_signing_in_needs_password(world: World, client: Client) -> None:
    page = reverse("admin:login")
    wrong = client.post(page, {"username": "alice", "password": "x"})
    assert wrong.status_code == 200
    right = client.post(page, {"username": "alice", "password": PASSWORD, "next": "/admin/"})
    assert right.status_code == 302


def test_language_switch_is_kept_on_the_person(world: World, browse: Any) -> None:
    client = browse(world.alice)
    client.post(reverse("set_language"), {"language": "vi", "next": "/admin/"})
    assert User.objects.get(pk=world.alice.pk).language == "vi"
    client.post(reverse("set_language"), {"language": "xx", "next": "/admin/"})
    assert User.objects.get(pk=world.alice.pk).language == "vi"


def test_times_are_shown_in_the_accounts_zone(world: World, browse: Any) -> None:
    Account.objects.filter(pk=world.account.pk).update(timezone="America/New_York")
    with clock.freeze(datetime(2026, 7, 1, 2, 30, tzinfo=UTC)):
        suppression = suppression_add(
            account=world.account,
            advertiser=None,
            msisdn="84981234567",
            purpose="marketing",
            source="console",
            actor=world.bob,
        )
    page = reverse("admin:compliance_suppression_change", args=[suppression.pk])
    assert "10:30 p.m." in text(browse(world.bob).get(page))


@dataclass(frozen=True, slots=True)
class Filled:
    """One account with everything; and three more."""

    little: Recording[None]
    more: Recording[None]


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Filled:
    def make(*markers: str) -> None:
        for marker in markers:
            make_everything(make_account(), marker, make_user(f"{marker}-author"))

    def make_more() -> None:
        little.play()
        make("Xmore0", "Xmore1", "Xmore2")

    with django_db_blocker.unblock():
        little = record(lambda: make("Xone"))
        return Filled(little, record(make_more))


def list_queries(client: Client, label: str, count: Any) -> int:
    snapshots.latest()  # what is configured is read once for a process, not for a page
    with count() as queries:
        model = next(one for one in registered() if one._meta.label_lower == label)
        assert client.get(reverse(f"admin:{page_name(model, 'changelist')}")).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "label",
    sorted(
        model._meta.label_lower
        for model in registered()
        if account_path(model._meta.label_lower) is not None
    ),
)
def test_lists_cost_the_same_queries_however_long(
    db: None, filled: Filled, browse: Any, django_assert_max_num_queries: Any, label: str
) -> None:
    """A query per row would show as soon as there are more rows."""
    admins = User.objects.create_superuser("root", password=PASSWORD)
    client = browse(admins)
    filled.little.play()
    few = list_queries(client, label, lambda: django_assert_max_num_queries(30))
    filled.more.play()
    many = list_queries(client, label, lambda: django_assert_max_num_queries(30))
    assert many <= few + 1


def test_health_answers_without_signing_in(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_readiness_tells_binds_to_operators_only(
    world: World, client: Client, browse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.health._broker_answers", lambda: True)
    make_bind(make_carrier(), name="first")
    outside = client.get("/readyz", REMOTE_ADDR="203.0.113.9").json()
    assert outside["binds"] == {"enabled": 1, "bound": 0}
    assert outside["status"] == "degraded"
    inside = browse(world.olga).get("/readyz", REMOTE_ADDR="203.0.113.9").json()
    assert inside["binds"]["sessions"] == {"first": "unbound"}


def test_behind_a_proxy_nobody_is_local(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.health._broker_answers", lambda: True)
    make_bind(name="first")
    assert "sessions" in client.get("/readyz").json()["binds"]
    answer = client.get("/readyz", headers={"X-Forwarded-For": "203.0.113.9"})
    assert "sessions" not in answer.json()["binds"]


def test_readiness_without_broker_is_degraded_not_down(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.health._broker_answers", lambda: False)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (200, "down")


def test_readiness_without_database_is_unavailable(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.health._database_answers", lambda: False)
    assert client.get("/readyz").status_code == 503


def test_administrator_keeps_periodic_tasks(world: World, browse: Any) -> None:
    every = IntervalSchedule.objects.create(every=5, period=IntervalSchedule.MINUTES)
    form = {
        "name": "Sweep",
        "task": "messaging.tasks.keep_tables",
        "enabled": "on",
        "interval": every.pk,
        "args": "[]",
        "kwargs": "{}",
    }
    page = reverse("admin:django_celery_beat_periodictask_add")
    assert browse(world.olga).post(page, form).status_code == 403
    answer = browse(world.ada).post(page, form)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    task = PeriodicTask.objects.get()
    assert (task.task, task.interval, task.enabled) == (form["task"], every, True)
