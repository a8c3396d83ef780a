"""Verifications over the real sending path: started, sealed, checked, resent, ended."""

import json
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from messaging.constants import CheckResult
from messaging.models import (
    Event,
    Message,
    SealedText,
    Verification,
    VerificationCheck,
    VerificationStat,
)
from messaging.selectors.snapshot import snapshots
from messaging.services.outcomes import Outcome, outcomes_apply
from messaging.services.sealing import sealed_texts_forget
from messaging.services.verification.changes import (
    verification_cancel,
    verification_resend,
    verifications_expire,
)
from messaging.services.verification.checking import verification_check
from messaging.services.verification.windows import LimitedError
from routing.models import ObservationDelta, Rate
from tests.factories import make_carrier
from tests.messaging.verification_scene import Scene, code_of_newest, make_scene
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(world: World) -> Scene:
    return make_scene(world.account, world.advertiser)


def check(scene: Scene, verification, code: str):
    return verification_check(account=scene.account, code=code, pk=verification.pk)


def wrong(code: str) -> str:
    return str((int(code) + 1) % 10 ** len(code)).zfill(len(code))


def events(account) -> list[str]:
    rows = Event.objects.filter(account=account).order_by("sequence")
    return list(rows.values_list("type", flat=True))


def test_message_is_stored_with_stars_and_sealed_beside_them(scene):
    verification = scene.start()
    message = Message.objects.get()
    assert message.text == "Your code is ******. Never share it."
    assert (message.message_class, message.origin) == ("otp", "verify")
    assert message.not_after == verification.expires_at
    sealed = SealedText.objects.get(message_id=message.pk)
    assert sealed.sealed == message.text.replace("******", code_of_newest(verification))


def test_no_table_holds_the_code(scene):
    """Whatever is asked of the database, in any state: the sealed text alone knows it."""
    verification = scene.start()
    code = code_of_newest(verification)
    check(scene, verification, wrong(code))
    check(scene, verification, code)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND (table_name LIKE 'messaging%' OR table_name LIKE 'compliance_audit%')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT t::text FROM {table} t WHERE t::text ~ %s",
                [rf"(^|[^0-9a-f-]){code}([^0-9a-f-]|$)"],
            )
            assert cursor.fetchall() == [], table


def test_sealed_text_goes_when_the_message_has_left(scene):
    message_id = scene.start().sent.get().message_id
    assert sealed_texts_forget() == 0
    with connection.cursor() as cursor:
        outcomes_apply(cursor, [Outcome(message_id, "sent", clock.now())])
    assert sealed_texts_forget() == 1
    assert not SealedText.objects.exists()


def test_right_code_is_approved_once(scene):
    verification = scene.start()
    code = code_of_newest(verification)
    assert check(scene, verification, f" {code[:3]}-{code[3:]} ").is_approved
    with pytest.raises(ConflictError) as caught:
        check(scene, verification, code)
    assert caught.value.code == "verification_approved"
    verification.refresh_from_db()
    assert (verification.status, verification.code_digest) == ("approved", None)
    assert events(scene.account) == ["verification.started", "verification.approved"]


def test_five_wrong_codes_fail_it_and_the_right_one_comes_too_late(scene):
    verification = scene.start()
    code = code_of_newest(verification)
    results = [check(scene, verification, wrong(code)) for _ in range(5)]
    assert {one.result for one in results} == {CheckResult.WRONG}
    assert [one.verification.checks_left for one in results] == [4, 3, 2, 1, 0]
    with pytest.raises(ConflictError) as caught:
        check(scene, verification, code)
    assert caught.value.code == "verification_failed"
    assert VerificationCheck.objects.count() == 5
    assert events(scene.account)[-1] == "verification.failed"


@pytest.mark.parametrize("typed", ["", "12", "12345678901", "ABCDEF", "12a456"])
def test_what_is_no_code_is_not_counted(scene, typed):
    verification = scene.start()
    with pytest.raises(InvalidError):
        check(scene, verification, typed)
    verification.refresh_from_db()
    assert verification.checks == 0


def test_code_expires_with_its_event_though_the_check_is_refused(scene):
    verification = scene.start()
    code = code_of_newest(verification)
    with clock.freeze(verification.expires_at), pytest.raises(ConflictError) as caught:
        check(scene, verification, code)
    assert caught.value.code == "verification_expired"
    assert events(scene.account)[-1] == "verification.expired"


def test_sweep_expires_what_nobody_checked(scene):
    verification = scene.start()
    assert verifications_expire() == 0
    with clock.freeze(verification.expires_at + timedelta(seconds=1)):
        assert (verifications_expire(), verifications_expire()) == (1, 0)
    verification.refresh_from_db()
    assert verification.status == "expired"


def test_resend_waits_longer_each_time_and_ends(scene):
    verification, waits = scene.start(), []
    while verification.next_send_at is not None:
        sent_at = verification.sent.latest("number").at
        waits.append((verification.next_send_at - sent_at).total_seconds())
        with clock.freeze(verification.next_send_at - timedelta(seconds=1)):
            with pytest.raises(LimitedError) as caught:
                verification_resend(account=scene.account, verification_id=verification.pk)
            assert caught.value.context["retry_after"] == 1
        with clock.freeze(verification.next_send_at):
            verification = verification_resend(
                account=scene.account, verification_id=verification.pk
            )
    assert waits == [30, 60, 120, 240]
    with (
        clock.freeze(verification.expires_at - timedelta(seconds=1)),
        pytest.raises(ConflictError) as used,
    ):
        verification_resend(account=scene.account, verification_id=verification.pk)
    assert used.value.code == "verification_sends_used"


def test_resend_voids_the_code_before_it_and_says_so(scene):
    verification = scene.start()
    first = code_of_newest(verification)
    with clock.freeze(verification.next_send_at):
        verification_resend(account=scene.account, verification_id=verification.pk)
        second = code_of_newest(verification)
        if first != second:
            assert check(scene, verification, first).result == CheckResult.OLDER
        assert check(scene, verification, second).is_approved


def test_start_ends_the_one_before_it(scene):
    first, second = scene.start(), scene.start()
    first.refresh_from_db()
    assert (first.status, first.reason) == ("canceled", "superseded")
    assert second.status == "pending"


def test_cancel_voids_the_code(scene):
    verification = scene.start()
    code = code_of_newest(verification)
    verification_cancel(account=scene.account, verification_id=verification.pk)
    with pytest.raises(ConflictError) as caught:
        check(scene, verification, code)
    assert caught.value.code == "verification_canceled"


def test_stranger_finds_nothing(scene, world):
    verification = scene.start()
    code = code_of_newest(verification)
    for act in (
        lambda: verification_check(account=world.other_account, code=code, pk=verification.pk),
        lambda: verification_cancel(account=world.other_account, verification_id=verification.pk),
        lambda: verification_resend(account=world.other_account, verification_id=verification.pk),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert check(scene, verification, code).is_approved


def test_codes_outlive_a_new_key(scene, settings):
    verification = scene.start()
    code = code_of_newest(verification)
    settings.SECRET_ENCRYPTION_KEYS = [
        Fernet.generate_key().decode(),
        *settings.SECRET_ENCRYPTION_KEYS,
    ]
    assert check(scene, verification, code).is_approved


def test_events_carry_reference_and_metadata_but_no_code(scene):
    verification = scene.start(client_reference="login-1", metadata={"basket": 7})
    code = code_of_newest(verification)
    check(scene, verification, code)
    body = json.loads(Event.objects.filter(account=scene.account).latest("sequence").body)
    assert body["data"]["client_reference"] == "login-1"
    assert body["data"]["metadata"] == {"basket": 7}
    assert code not in json.dumps(body["data"] | {"id": ""})


def test_approval_counts_as_conversion_of_the_carrier(scene):
    verification = scene.start()
    carrier = make_carrier()
    Message.objects.filter(pk=verification.sent.get().message_id).update(
        carrier=carrier, sent_at=clock.now()
    )
    check(scene, verification, code_of_newest(verification))
    (delta,) = ObservationDelta.objects.filter(what="converted")
    assert (delta.carrier_id, delta.message_class, delta.n) == (carrier.pk, "otp", 1)


def test_hours_count_starts_and_approvals(scene):
    first = scene.start()
    scene.start("+84981234568")
    check(scene, first, code_of_newest(first))
    stat = VerificationStat.objects.get()
    assert (stat.country, stat.block) == ("VN", "8498123")
    assert (stat.starts, stat.approvals) == (2, 1)


def test_failed_sending_stores_nothing(scene):
    Rate.objects.all().delete()
    snapshots.forget()
    with pytest.raises(NotAllowedError):
        scene.start()
    assert not Verification.objects.exists()
    assert not SealedText.objects.exists()
