"""Parallel checks and starts on PostgreSQL: one approval, five counted, one pending."""

import threading
from collections import Counter

import pytest
from django.db import connection, transaction

from config.common.errors import ConflictError
from messaging.models import Event, Verification, VerificationCheck
from messaging.services.verification.checking import verification_check
from tests.factories import make_account, make_advertiser
from tests.messaging.verification_scene import code_of_newest, make_scene

pytestmark = pytest.mark.django_db(transaction=True)
_PARALLEL = 20


def together(count: int, act) -> Counter:
    """Runs `act` in so many threads at the same moment; counts what came of it."""
    results: Counter = Counter()
    lock, barrier = threading.Lock(), threading.Barrier(count)

    def run() -> None:
        try:
            barrier.wait()
            came = act()
        except ConflictError as error:
            came = error.code
        finally:
            connection.close()
        with lock:
            results[came] += 1

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def scene():
    account = make_account()
    return make_scene(account, make_advertiser(account))


def test_of_twenty_right_codes_one_is_approved(scene):
    verification = scene.start()
    code = code_of_newest(verification)

    def act() -> str:
        found = verification_check(account=scene.account, code=code, pk=verification.pk)
        return str(found.result)

    assert together(_PARALLEL, act) == {"right": 1, "verification_approved": _PARALLEL - 1}
    assert Event.objects.filter(type="verification.approved").count() == 1


def test_of_twenty_wrong_codes_five_count(scene):
    verification = scene.start()
    code = code_of_newest(verification)
    wrong = str((int(code) + 1) % 10**6).zfill(6)

    def act() -> str:
        found = verification_check(account=scene.account, code=wrong, pk=verification.pk)
        return str(found.result)

    assert together(_PARALLEL, act) == {"wrong": 5, "verification_failed": _PARALLEL - 5}
    assert VerificationCheck.objects.count() == 5
    assert Event.objects.filter(type="verification.failed").count() == 1


def test_of_parallel_starts_for_a_number_one_waits_for_its_code(scene):
    assert together(6, lambda: str(scene.start().status)) == {"pending": 6}
    assert Verification.objects.filter(status="pending").count() == 1
    assert Verification.objects.filter(reason="superseded").count() == 5


def test_the_last_to_be_started_is_the_newest_of_its_number(scene):
    """One that waits for its turn is not older for it than the one before: a check by number takes
    the newest, which has to be the one that still waits for its code."""
    made = []

    def start_late() -> None:
        try:
            made.append(scene.start())
        finally:
            connection.close()

    late = threading.Thread(target=start_late)
    with transaction.atomic():
        first = scene.start()
        late.start()
        with connection.cursor() as cursor:
            for _ in range(1000):
                cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                if cursor.fetchone():
                    break
                cursor.execute("SELECT pg_sleep(0.01)")
        again = scene.start()
    late.join()
    assert [one.pk for one in Verification.objects.order_by("id")] == [
        first.pk,
        again.pk,
        made[0].pk,
    ]
    code = code_of_newest(made[0])
    found = verification_check(account=scene.account, code=code, msisdn=made[0].msisdn)
    assert found.is_approved
