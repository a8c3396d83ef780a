"""What of the demo needs settings or transactions of its own: built anew for each test."""

import pytest

from carriers.models import Bind
from carriers.services.binds import bind_check
from carriers.simulator.http_carrier import PORT_OFFSET
from compliance.models import Account
from config.common import clock
from config.demo.build import world_build
from config.demo.money import money_build
from messaging.models import Charge, LedgerEntry
from messaging.selectors.money.positions import positions_of
from messaging.selectors.money.reconciling import money_reconcile
from messaging.selectors.snapshot import snapshots
from routing.models import LookupPolicy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _unknown_yet(db):
    snapshots.forget()
    yield
    snapshots.forget()


def test_operators_find_a_carrier_over_http_and_a_provider_of_lookups(settings):
    settings.HTTP_CARRIER_NETWORKS = settings.LOOKUP_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    world_build()
    bind = Bind.objects.get(kind="http")
    assert bind_check({}, bind) == []
    assert bind.http_url.endswith(f":{settings.SIMULATOR_PORT + PORT_OFFSET}/messages")
    policy = LookupPolicy.objects.get(country="VN")
    assert policy.provider.url == f"{settings.SIMULATOR_CONTROL_URL}/lookup"


def test_the_books_of_the_demo_are_right():
    world_build()
    money_build()
    found = money_reconcile()
    assert (found.differences, found.days_passed_over > 0) == ((), True)
    mine, theirs = (Account.objects.get(slug=slug) for slug in ("mai-fashion", "harbor-coffee"))
    positions = positions_of([mine.pk, theirs.pk], clock.now())
    assert positions[mine.pk].standing.available_micros is None
    assert 0 < (positions[theirs.pk].standing.available_micros or 0) <= 120_000_000
    assert LedgerEntry.objects.filter(account=theirs, kind="charges").count() >= 6
    assert Charge.objects.filter(account=mine, given_back_micros__gt=0).exists()
