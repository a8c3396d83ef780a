"""Tests of binds: asked for, run under a lease of their own, answered, applied."""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from carriers.constants import BindKind
from carriers.customers import known_numbers
from carriers.models import Bind, BindProbe
from carriers.probe.client import ProbeConnectionError
from carriers.probe.proposal import OPTIONS, propose
from carriers.probe.questions import Question, answers_by_handset, questions
from carriers.probe.run import NothingWorksError, Probe, planned
from carriers.probe.values import Finding, Plan, PlanError, plan_of
from carriers.probe_words import plan_sentence
from carriers.selectors.configs import bind_config
from carriers.services.binds import bind_save
from carriers.services.probe_leases import LostError, hold
from carriers.simulator.client import handset_texts
from carriers.smpp import pdu
from config.common import audit, clock, logs
from config.common.errors import ConflictError, DomainError, InvalidError
from config.common.queue import enqueue

log = logs.get_logger(__name__)

S = BindProbe.State
_OPEN = (S.QUEUED, S.RUNNING)
_SILENT_SECONDS = 120.0  # a test says so often that it lives
_MOST_ERROR = 300

# What a test may stop with, for the page's translation.
STOPPED = gettext_noop("The process that ran the test ended.")


def probe_plan(values: Mapping[str, Any]) -> Plan:
    """The plan in these values. Raises InvalidError with the field: also where a number stands
    among somebody's contacts, because tests never go to customers."""
    try:
        plan = plan_of(values)
    except (PlanError, TypeError, ValueError) as error:
        field = getattr(error, "field", "")
        raise InvalidError("probe_plan", plan_sentence(field, error), field=field) from error
    known = known_numbers(plan.numbers)
    if known:
        raise InvalidError(
            "number_of_customer",
            _(
                "%(number)s stands among an account's contacts: tests go only to handsets of your"
                " own. Name another number."
            )
            % {"number": f"+{min(known)}"},
            field="numbers",
        )
    return plan


def probe_start(
    bind: Bind, values: Mapping[str, Any], actor: Any, *, in_background: bool = True
) -> BindProbe:
    """Asks for a test of the bind. Raises InvalidError for a bad plan, ConflictError while
    another test of the bind runs."""
    if bind.kind != BindKind.SMPP:
        raise InvalidError(
            "not_smpp", _("Only binds over SMPP are tested like this; send one test message.")
        )
    plan = probe_plan(values)
    _end_silent(bind)
    try:
        with transaction.atomic():
            probe = BindProbe.objects.create(
                bind=bind,
                started_by=actor,
                created_at=clock.now(),
                heard_at=clock.now(),
                plan=plan.as_json(),
                total=planned(plan),
            )
            audit.record(
                action="bind.test_started",
                actor=actor,
                subject=f"bind:{bind.pk}",
                detail={"name": bind.name, "at_most": probe.total},
            )
            if in_background:
                enqueue("carriers.tasks.run_bind_probe", probe.pk)
    except IntegrityError as error:
        raise ConflictError(
            "probe_runs", _("Another test of this bind runs: wait for it or cancel it.")
        ) from error
    return probe


def _end_silent(bind: Bind) -> None:
    """A test whose process died must not block the next one."""
    for one in BindProbe.objects.filter(bind=bind, state__in=_OPEN):
        heard = one.heard_at or one.created_at
        if (clock.now() - heard).total_seconds() > _SILENT_SECONDS:
            _finish(one.pk, S.FAILED, error=STOPPED)


def probe_execute(probe_id: int) -> dict[str, int]:
    """Runs a test that was asked for; whatever happens, its row says how it ended."""
    taken = BindProbe.objects.filter(pk=probe_id, state=S.QUEUED).update(
        state=S.RUNNING, heard_at=clock.now()
    )
    if not taken:
        return {"messages": 0}
    probe = BindProbe.objects.select_related("bind__carrier", "started_by").get(pk=probe_id)
    try:
        findings = _run(probe)
    except (NothingWorksError, ProbeConnectionError, LostError, DomainError, ValueError) as error:
        _finish(probe.pk, S.FAILED, error=str(error))
    except Exception:
        log.exception("bind test fault", extra={"bind": probe.bind.name})
        _finish(probe.pk, S.FAILED, error=STOPPED)
        raise
    else:
        _conclude(probe, findings)
    probe.refresh_from_db()
    return {"messages": probe.done}


def _run(probe: BindProbe) -> list[Finding]:
    bind, plan = probe.bind, plan_of(probe.plan)

    def progress(step: str, sent: int) -> None:
        BindProbe.objects.filter(pk=probe.pk, state=S.RUNNING).update(
            step=step[:120], done=sent, heard_at=clock.now()
        )

    with hold(probe, plan) as beat:
        run = Probe(
            bind_config(bind),
            plan,
            progress,
            base=_base(bind),
            tons={kind: (pair[0], pair[1]) for kind, pair in bind.source_ton.items()},
            beat=beat,
        )
        return run.run()


def _base(bind: Bind) -> pdu.SubmitSm:
    """What every message of the bind has, whatever it says."""
    return pdu.SubmitSm(
        service_type=bind.service_type,
        dest_addr_ton=bind.destination_ton,
        dest_addr_npi=bind.destination_npi,
        protocol_id=bind.protocol_id,
    )


def _conclude(probe: BindProbe, findings: list[Finding]) -> None:
    answers: dict[str, str] = {}
    plan = plan_of(probe.plan)
    asked = questions(findings)
    if plan.handset:
        try:
            url = settings.SIMULATOR_CONTROL_URL
            texts = {one: handset_texts(url, plan.handset, one) for one in plan.numbers}
            answers = answers_by_handset(asked, findings, texts)
        except DomainError as error:
            log.warning("simulated handsets not asked", extra={"error": str(error)})
    is_open = bool(asked) and not answers
    _store(probe, findings, answers, S.ASKING if is_open else S.DONE)


def _store(
    probe: BindProbe, findings: list[Finding], answers: Mapping[str, str], state: str
) -> None:
    changes = propose(present_options(probe.bind), findings, answers)
    BindProbe.objects.filter(pk=probe.pk).exclude(state=S.CANCELED).update(
        state=state,
        findings=[one.as_json() for one in findings],
        answers=dict(answers),
        proposal=[one.as_json() for one in changes],
        finished_at=probe.finished_at or clock.now(),
        step="",
    )


def present_options(bind: Bind) -> dict[str, Any]:
    """The options that a test may propose to change, as they are."""
    return {name: getattr(bind, name) for name in OPTIONS}


def findings_of(probe: BindProbe) -> list[Finding]:
    """What the test found, as values."""
    return [Finding(one["key"], one["value"], one["evidence"]) for one in probe.findings]


def probe_questions(probe: BindProbe) -> list[Question]:
    """What people are asked about the test's messages."""
    return questions(findings_of(probe))


def probe_answer(probe: BindProbe, answers: Mapping[str, str], actor: Any) -> BindProbe:
    """Takes what somebody saw on the handsets, and proposes anew. Raises ConflictError while the
    test has nothing to ask, InvalidError for an answer that none of the choices is."""
    if probe.state not in (S.ASKING, S.DONE):
        raise ConflictError("probe_not_asking", _("This test has no questions open."))
    asked = {one.key: one for one in probe_questions(probe)}
    for key, answer in answers.items():
        if key not in asked or answer not in asked[key].choices:
            known = ", ".join(one for one in asked[key].choices if one) if key in asked else "–"
            raise InvalidError(
                "unknown_answer",
                _("“%(answer)s” is no answer about %(key)s: choose one of %(known)s.")
                % {"answer": answer, "key": key, "known": known},
                field=key,
            )
    given = {**probe.answers, **{key: one for key, one in answers.items() if one}}
    probe.bind.refresh_from_db()
    _store(probe, findings_of(probe), given, S.DONE)
    audit.record(
        action="bind.test_answered",
        actor=actor,
        subject=f"bind:{probe.bind_id}",
        detail={"name": probe.bind.name, "answers": len(given)},
    )
    probe.refresh_from_db()
    return probe


@transaction.atomic
def probe_apply(probe: BindProbe, names: Collection[str], actor: Any) -> Bind:
    """Puts the proposed options of these names into the bind, under the rules of every change.

    Raises ConflictError before the test is done, InvalidError for a name that was not proposed or
    what the bind's rules refuse.
    """
    if probe.state not in (S.DONE, S.ASKING, S.APPLIED):
        raise ConflictError("probe_not_done", _("This test has nothing to apply yet."))
    proposed = {one["option"]: one["proposed"] for one in probe.proposal}
    unknown = sorted(set(names) - set(proposed))
    if unknown or not names:
        raise InvalidError(
            "not_proposed",
            _("Choose options that the test proposes: %(known)s.")
            % {"known": ", ".join(proposed) or "–"},
            field="options",
        )
    bind = bind_save(probe.bind, {name: proposed[name] for name in names}, actor)
    BindProbe.objects.filter(pk=probe.pk).update(
        state=S.APPLIED, applied_at=clock.now(), applied_by=actor
    )
    return bind


def probe_cancel(probe: BindProbe, actor: Any) -> None:
    """Ends a test that waits or runs; what it has sent stays sent. Raises ConflictError after
    its end."""
    if not _finish(probe.pk, S.CANCELED):
        raise ConflictError("probe_over", _("This test is over already."))
    audit.record(
        action="bind.test_canceled",
        actor=actor,
        subject=f"bind:{probe.bind_id}",
        detail={"name": probe.bind.name},
    )


def _finish(probe_id: int, state: str, error: str = "") -> bool:
    return bool(
        BindProbe.objects.filter(pk=probe_id, state__in=_OPEN).update(
            state=state, error=error[:_MOST_ERROR], finished_at=clock.now(), step=""
        )
    )
