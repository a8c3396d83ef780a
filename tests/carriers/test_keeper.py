"""The keeper of a worker's binds, against simulated operators. Invariant 8."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from carriers import keeper as keepers
from carriers.keeper import Keeper
from carriers.locks import BindLock
from carriers.models import Bind, BindLease
from carriers.ports import BindConfig, Lease, SessionHealth
from carriers.selectors.configs import bind_config
from carriers.services.binds import bind_try_again
from carriers.simulator.operators import Account, OperatorProfile
from carriers.simulator.server import SimulatorConfig
from carriers.simulator.thread import SimulatorThread
from carriers.smpp.journal import Journal, JournalContent
from carriers.smpp.link import live_links
from carriers.watch import SeenLease
from config.common import clock
from config.common.errors import ConflictError
from tests.carriers.simulator.esme import Esme
from tests.factories import make_bind, make_carrier
from tests.waiting import until

SECONDS = 60
PROFILE = OperatorProfile("test", "Test", 0, (Account("esme", "secret"),))

pytestmark = pytest.mark.django_db(transaction=True)


class Idle:
    """Neither sends nor keeps anything: source and sink of a link."""

    def take(self, limit, express_only):
        return []

    def put_back(self, submissions):
        raise AssertionError("nothing was given")

    def may_write(self, submission):
        return False

    def results(self, results):
        raise AssertionError("nothing was given")

    def inbound(self, pdus):
        raise AssertionError("nobody writes")

    def health(self, health: SessionHealth) -> None:
        pass


@dataclass
class FakePump:
    config: BindConfig
    lease: Lease
    journal: JournalContent | None
    source: Idle = field(default_factory=Idle)
    sink: Idle = field(default_factory=Idle)
    started: bool = False
    stopped: bool = False
    reconfigured: int = 0

    def reconfigure(self) -> None:
        self.reconfigured += 1

    def start(self, link) -> None:
        self.started = True

    def stop(self, timeout: float) -> None:
        self.stopped = True


class FakePumps:
    """The layer above. `failures`: so many opens fail, as when its database is gone."""

    def __init__(self) -> None:
        self.opened: list[FakePump] = []
        self.failures = 0

    def open(self, bind: BindConfig, lease: Lease, journal: JournalContent | None) -> FakePump:
        if self.failures:
            self.failures -= 1
            raise DatabaseError("not now")
        self.opened.append(FakePump(bind, lease, journal))
        return self.opened[-1]


@pytest.fixture
def smsc() -> Iterator[SimulatorThread]:
    with SimulatorThread(SimulatorConfig((PROFILE,), None)) as running:
        yield running


@pytest.fixture
def pumps(monkeypatch, tmp_path, settings) -> FakePumps:
    settings.JOURNAL_DIR = tmp_path
    made = FakePumps()
    monkeypatch.setattr(keepers, "registered", lambda: made)
    monkeypatch.setattr(keepers, "_PASS_SECONDS", 0.05)
    monkeypatch.setattr(keepers, "_FAULT_SECONDS", 0.05)
    monkeypatch.setattr(keepers, "_LEASE_SECONDS", 0.3)
    return made


@pytest.fixture
def start(pumps) -> Iterator[Callable[..., Keeper]]:
    """Starts a keeper; it is stopped with the test."""
    running: list[Keeper] = []

    def started(name: str = "test") -> Keeper:
        running.append(Keeper(name))
        running[-1].start()
        return running[-1]

    yield started
    for one in running:
        one.stop()
        one.join(SECONDS)
        assert not one.is_alive()


def bind_to(smsc: SimulatorThread, **values) -> Bind:
    return make_bind(make_carrier(), port=smsc.port("test"), **values)


def is_bound(keeper: Keeper, bind: Bind) -> bool:
    return keeper.info().get(bind.name) == "bound"


def lease_of(bind: Bind) -> BindLease:
    return BindLease.objects.get(pk=bind.pk)


def test_free_bind_is_taken_and_bound_and_given_back_at_the_end(smsc, start, pumps):
    bind = bind_to(smsc)
    keeper = start()
    until(lambda: is_bound(keeper, bind))
    assert lease_of(bind).holder.startswith("test pid")
    keeper.stop()
    keeper.join(SECONDS)
    (pump,) = pumps.opened
    assert (pump.started, pump.stopped) == (True, True)
    assert (lease_of(bind).expires_at, lease_of(bind).holder) == (None, "")


def test_lost_lease_ends_the_session_and_another_epoch_begins(smsc, start, pumps):
    bind = bind_to(smsc)
    keeper = start()
    until(lambda: is_bound(keeper, bind))
    past = clock.now() - timedelta(minutes=1)
    BindLease.objects.filter(pk=bind.pk).update(epoch=7, expires_at=past)
    until(lambda: len(pumps.opened) == 2 and is_bound(keeper, bind))
    assert pumps.opened[0].stopped
    assert pumps.opened[1].lease.epoch == 8


def test_changed_bind_is_bound_anew_with_its_new_values(smsc, start, pumps):
    bind = bind_to(smsc)
    keeper = start()
    until(lambda: is_bound(keeper, bind))
    bind.system_type = "VMA"
    bind.save()
    until(lambda: len(pumps.opened) == 2 and is_bound(keeper, bind))
    assert pumps.opened[1].config.system_type == "VMA"


@pytest.mark.parametrize(
    ("option", "value", "reads_again"),
    [
        ("window", 7, 0),
        ("throughput", 12.5, 0),
        ("response_timer_seconds", 7.0, 0),
        ("status_classes", {"0x45": "temporary"}, 1),
        ("ported_codes", ["0x0B"], 1),
        ("receipt_states", {"GONE": "rejected"}, 1),
        ("label_after", "TC: 1313", 1),
        ("class_options", {"otp": {"priority_flag": 3}}, 1),
    ],
)
def test_changed_option_is_taken_over_without_a_new_session(
    smsc, start, pumps, option, value, reads_again
):
    bind = bind_to(smsc)
    keeper = start()
    until(lambda: is_bound(keeper, bind))
    session = live_links()[bind.pk]
    setattr(bind, option, value)
    bind.save()
    until(lambda: _held(keeper, bind) == bind_config(bind))
    until(lambda: session._config == bind_config(bind))
    assert live_links()[bind.pk] is session
    assert session.status().connections == 1
    assert len(pumps.opened) == 1
    assert pumps.opened[0].reconfigured == reads_again


@pytest.mark.parametrize(
    ("field", "value"), [("receipt_trust", "handset"), ("reports_every_segment", False)]
)
def test_what_a_carrier_says_of_receipts_is_told_to_its_pumps(smsc, start, pumps, field, value):
    bind = bind_to(smsc)
    keeper = start()
    until(lambda: is_bound(keeper, bind))
    setattr(bind.carrier, field, value)
    bind.carrier.save()
    until(lambda: pumps.opened[0].reconfigured == 1)
    assert len(pumps.opened) == 1


def test_pumps_hear_of_a_carrier_that_joins_their_group(smsc, start, pumps):
    bind = bind_to(smsc)
    bind.carrier.receipt_group = "one smsc"
    bind.carrier.save()
    keeper = start()
    until(lambda: is_bound(keeper, bind))
    make_carrier(receipt_group="one smsc")
    until(lambda: pumps.opened[0].reconfigured == 1)


def _held(keeper: Keeper, bind: Bind) -> BindConfig:
    return keeper._held[bind.pk].config


def test_switched_off_bind_is_left_and_its_lease_given_back(smsc, start, pumps):
    bind = bind_to(smsc)
    keeper = start()
    until(lambda: is_bound(keeper, bind))
    bind.is_enabled = False
    bind.save()
    until(lambda: keeper.info() == {} and lease_of(bind).expires_at is None)
    assert pumps.opened[0].stopped


def test_what_a_dead_holder_left_on_a_switched_off_bind_is_settled(smsc, start, pumps):
    bind = bind_to(smsc, is_enabled=False)
    past = clock.now() - timedelta(minutes=1)
    BindLease.objects.create(bind=bind, epoch=3, expires_at=past)
    start()
    until(lambda: lease_of(bind).epoch == 4 and lease_of(bind).expires_at is None)
    (pump,) = pumps.opened
    assert not pump.started


def test_journal_of_the_former_holder_is_handed_up(smsc, start, pumps, settings):
    bind = bind_to(smsc)
    journal = Journal.open(Path(settings.JOURNAL_DIR) / f"bind-{bind.pk}.journal", bind.pk, 3, 8)
    journal.mark(b"m" * 16, 2)
    journal.close()
    start()
    until(lambda: bool(pumps.opened))
    assert pumps.opened[0].journal == JournalContent(3, frozenset({(b"m" * 16, 2)}))


def test_bind_that_cannot_be_used_keeps_no_other_from_working(smsc, start):
    """A password that no key decrypts, and values that no session takes."""
    sick, odd, healthy = bind_to(smsc), bind_to(smsc), bind_to(smsc)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE carriers_bind SET password = 'nonsense' WHERE id = %s", [sick.pk])
    Bind.objects.filter(pk=odd.pk).update(system_id="x" * 15, status_classes={"0x1": "no class"})
    keeper = start()
    until(lambda: is_bound(keeper, healthy))
    assert keeper.info().keys() == {healthy.name}


def test_refused_password_is_not_tried_again_until_it_changes(smsc, start, pumps):
    """Hammering it locks accounts."""
    bind = bind_to(smsc, password="wrong")
    keeper = start()
    until(lambda: keeper.info().get(bind.name) == "bind_failed")
    refused = smsc.call(lambda simulator: simulator.operators["test"].stats.binds_refused)
    bind.password = "secret"
    bind.save()
    until(lambda: is_bound(keeper, bind))
    assert refused == 1


def refused_logins(smsc: SimulatorThread) -> int:
    return smsc.call(lambda simulator: simulator.operators["test"].stats.binds_refused)


def stop(keeper: Keeper) -> None:
    keeper.stop()
    keeper.join(SECONDS)


def test_restart_does_not_repeat_a_refused_login(smsc, start, pumps):
    bind = bind_to(smsc, password="wrong")
    first = start()
    until(lambda: first.info().get(bind.name) == "bind_failed")
    stop(first)
    second = start("second")
    until(lambda: second.info().get(bind.name) == "bind_failed")
    assert "RINVPASWD" in second._held[bind.pk].link.health.detail
    assert refused_logins(smsc) == 1
    bind.password = "secret"
    bind.save()
    until(lambda: is_bound(second, bind))
    assert lease_of(bind).refused_mark == ""


def test_operator_lets_a_refused_bind_be_tried_again(smsc, start, pumps):
    bind = bind_to(smsc, password="wrong")
    keeper = start()
    until(lambda: keeper.info().get(bind.name) == "bind_failed" and lease_of(bind).refused_mark)
    bind_try_again(bind, actor=None)
    until(lambda: refused_logins(smsc) == 2)
    until(lambda: lease_of(bind).refused_mark)
    with pytest.raises(ConflictError):
        bind_try_again(make_bind(), actor=None)


def test_keeper_survives_what_its_pumps_cannot_open(smsc, start, pumps, monkeypatch):
    """The lease that was taken runs out, and somebody takes it again."""
    monkeypatch.setattr("carriers.services.leases.LEASE_SECONDS", 1.2)
    pumps.failures = 1
    bind = bind_to(smsc)
    keeper = start()
    until(lambda: is_bound(keeper, bind))
    assert lease_of(bind).epoch == 2


def test_keeper_survives_its_own_faults(smsc, start, monkeypatch):
    bind = bind_to(smsc)
    calls = iter([RuntimeError("odd"), DatabaseError("gone")])
    original = keepers.leases_seen

    def sometimes() -> list[SeenLease]:
        error = next(calls, None)
        if error is not None:
            raise error
        return original()

    monkeypatch.setattr(keepers, "leases_seen", sometimes)
    keeper = start()
    until(lambda: is_bound(keeper, bind))


def test_lost_connection_is_made_anew_under_the_same_lease(smsc, start, pumps):
    bind = bind_to(smsc)
    keeper = start()
    until(lambda: is_bound(keeper, bind))
    epoch = lease_of(bind).epoch

    def cut(simulator) -> int:
        sessions = list(simulator.operators["test"].sessions)
        for session in sessions:
            session.abort()
        return len(sessions)

    assert smsc.call(cut) == 1
    accepted = lambda: smsc.call(lambda s: s.operators["test"].stats.binds_accepted)  # noqa: E731
    until(lambda: accepted() == 2 and is_bound(keeper, bind))
    assert (lease_of(bind).epoch, len(pumps.opened)) == (epoch, 1)


def test_second_worker_gets_half_of_the_binds_and_then_all_stay(smsc, start, pumps, monkeypatch):
    """The surplus is given back, not torn away, and what came stays where it is."""
    monkeypatch.setattr("carriers.services.leases._SETTLED_SECONDS", 0.0)
    monkeypatch.setattr(keepers, "STAY_SECONDS", 0.0)
    binds = [bind_to(smsc) for _ in range(4)]
    first = start("first")
    until(lambda: all(is_bound(first, bind) for bind in binds))
    second = start("second")
    until(lambda: len(first.info()) == len(second.info()) == 2)
    until(lambda: set({**first.info(), **second.info()}.values()) == {"bound"})
    epochs = {lease_of(bind).epoch for bind in binds}
    assert epochs == {1, 2}, "each bind moved once at most"


def test_binds_of_a_worker_that_ends_go_to_the_other(smsc, start, pumps, monkeypatch):
    binds = [bind_to(smsc) for _ in range(2)]
    first = start("first")
    until(lambda: all(is_bound(first, bind) for bind in binds))
    second = start("second")
    first.stop()
    until(lambda: all(is_bound(second, bind) for bind in binds))


def test_dead_process_of_this_machine_is_followed_before_its_lease_runs_out(
    smsc, start, settings, monkeypatch
):
    """The kernel has let its lock go; a process that is merely frozen would still hold it."""
    monkeypatch.setattr(keepers, "_LEASE_SECONDS", 3600.0)
    bind = bind_to(smsc)
    dead = BindLock.take(Path(settings.JOURNAL_DIR) / f"bind-{bind.pk}.lock")
    later = clock.now() + timedelta(hours=1)
    BindLease.objects.create(
        bind=bind, epoch=3, expires_at=later, holder="dead", journal=dead.identity
    )
    keeper = start()
    pause = threading.Event()
    pause.wait(0.3)
    assert keeper.info() == {}, "frozen, for all anybody knows"
    dead.release()
    until(lambda: is_bound(keeper, bind))


def test_silent_holder_of_another_machine_is_followed_after_a_lease(smsc, start):
    bind = bind_to(smsc)
    later = clock.now() + timedelta(hours=1)
    BindLease.objects.create(bind=bind, epoch=3, expires_at=later, holder="far", journal="x 1:2")
    keeper = start()
    until(lambda: is_bound(keeper, bind))
    assert lease_of(bind).epoch == 4


def test_machine_that_slept_has_lost_its_leases(smsc, start, pumps, monkeypatch):
    """Monotonic time stands still while a machine sleeps; others have gone on."""
    bind = bind_to(smsc)
    keeper = start()
    until(lambda: is_bound(keeper, bind))
    grant = pumps.opened[0].lease
    before = grant.deadline()
    monkeypatch.setattr(keepers, "leases_renew", lambda held, measured: {})
    slept = keepers._asleep() + 60
    monkeypatch.setattr(keepers, "_asleep", lambda: slept)
    assert grant.deadline() < before - 50
    until(lambda: pumps.opened[0].stopped)


def test_bind_that_the_smsc_still_has_is_bound_soon_after_it_lets_go(start, pumps, monkeypatch):
    """A frozen worker's session: "already bound" until the SMSC forgets it."""
    monkeypatch.setattr("carriers.smpp.backoff._LEAST_SECONDS", 0.1)
    single = replace(PROFILE, max_binds=1)
    with SimulatorThread(SimulatorConfig((single,), None)) as smsc:
        former = Esme(smsc.port("test"))
        former.bind("esme", "secret")
        bind = bind_to(smsc)
        keeper = start()
        refused = lambda: smsc.call(lambda s: s.operators["test"].stats.binds_refused)  # noqa: E731
        until(lambda: refused() >= 2)
        assert keeper.info()[bind.name] != "bind_failed"
        former.socket.close()
        until(lambda: is_bound(keeper, bind))
        assert lease_of(bind).epoch == 1
