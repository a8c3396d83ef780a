"""The life of rule packs: loaded or written, submitted, approved for a day by somebody else,
replaced. What was submitted is never changed, only replaced."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from compliance.models import RulePackActivation, RulePackVersion, User
from compliance.rule_packs.packs import PACKS, SCHEMA
from compliance.selectors.rules import terms_by_country, terms_of, today_of
from compliance.services.rule_documents import (
    Document,
    checked,
    checksum_of,
    failing_examples,
    reason_given,
    require,
)
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError

Status = RulePackVersion.Status
# Stored as it is here; pages translate it.
_FIRST_RUN = gettext_noop(
    "First run: the country had no rules, so the system put the shipped ones in force"
)


@transaction.atomic
def rule_pack_load(*, path: Path, actor: User | None) -> RulePackVersion:
    """Stores a pack file; the same file again gives the version stored before. It waits for
    approval: of anybody who may, where the system (`actor` None) loads it.

    Raises InvalidError naming the place of a mistake, ConflictError when another text was
    loaded under this version.
    """
    document = _read(path)
    pack = checked(document, path.name)
    found, is_new = RulePackVersion.objects.get_or_create(
        country=pack.country,
        version=pack.version,
        defaults={
            "effective_from": pack.effective_from,
            "data": document,
            "checksum": checksum_of(document),
            "status": Status.SUBMITTED,
            "origin": RulePackVersion.Origin.SHIPPED,
            "author": actor,
            "submitted_at": clock.now(),
        },
    )
    if found.checksum != checksum_of(document):
        raise ConflictError(
            "rule_pack_version_taken",
            _("%(pack)s is loaded already with another text: give the pack a new version.")
            % {"pack": found},
        )
    if is_new:
        _record("rule_pack.loaded", found, actor)
    return found


def rule_packs_load_shipped(*, actor: User | None) -> list[RulePackVersion]:
    """Loads the product's packs, and puts in force those of countries that have none: the only
    case in which nobody approves, and the audit log says so. Where a country has rules already
    they go on deciding, and a newer shipped version waits for approval."""
    versions = []
    for path in sorted(PACKS.glob("*.json")):
        if path == SCHEMA:
            continue
        version = rule_pack_load(path=path, actor=actor)
        if not RulePackActivation.objects.filter(country=version.country).exists():
            version = _first_run(version)
        versions.append(version)
    return versions


@transaction.atomic
def _first_run(version: RulePackVersion) -> RulePackVersion:
    RulePackActivation.objects.create(
        version=version,
        country=version.country,
        author=version.author,
        approved_at=clock.now(),
        reason=_FIRST_RUN,
        is_first_run=True,
    )
    _record("rule_pack.activated", version, None, reason=_FIRST_RUN, without_approval=True)
    statuses_settle(version.country)
    version.refresh_from_db()
    return version


@transaction.atomic
def rule_pack_submit(
    *, version: RulePackVersion, actor: User | None, reason: str
) -> RulePackVersion:
    """Hands a draft over for approval; from now on it does not change.

    Raises NotAllowedError for anybody but its author, ConflictError where it is no draft,
    InvalidError without a reason or while one of its example cases fails.
    """
    require(actor, "submit")
    locked = _locked(version, {Status.DRAFT})
    if actor is not None and locked.author_id != actor.pk:
        raise NotAllowedError("rule_pack_of_others", _("Only its author submits a draft."))
    checked(locked.data, str(locked))
    failing = failing_examples(locked.data)
    if failing:
        raise InvalidError(
            "rule_pack_examples_fail",
            _("Cases that do not come out as expected: %(names)s. Change the rules or the cases.")
            % {"names": "; ".join(failure.name for failure in failing)},
        )
    locked.purpose = reason_given(reason)
    locked.submitted_at = clock.now()
    return _move(locked, Status.SUBMITTED, "rule_pack.submitted", actor, locked.purpose)


@transaction.atomic
def rule_pack_reject(
    *, version: RulePackVersion, actor: User | None, reason: str
) -> RulePackVersion:
    """Says no to a submitted version, for good. Raises NotAllowedError, ConflictError where it
    does not wait for approval, InvalidError without a reason."""
    require(actor, "activate")
    locked = _locked(version, {Status.SUBMITTED})
    return _move(locked, Status.REJECTED, "rule_pack.rejected", actor, reason_given(reason))


@transaction.atomic
def rule_pack_withdraw(
    *, version: RulePackVersion, actor: User | None, reason: str
) -> RulePackVersion:
    """Takes back a version that never was in force, for good: its author, or who may approve.

    Raises NotAllowedError, ConflictError where it is in force or has been (or waits for its
    day: cancel that first), InvalidError without a reason.
    """
    locked = _locked(version, {Status.DRAFT, Status.SUBMITTED})
    if actor is not None and locked.author_id != actor.pk:
        require(actor, "activate")
    return _move(locked, Status.WITHDRAWN, "rule_pack.withdrawn", actor, reason_given(reason))


@transaction.atomic
def rule_pack_activate(
    *,
    version: RulePackVersion,
    actor: User,
    reason: str,
    active_from: date | None = None,
) -> RulePackActivation:
    """Approves a version and puts it in force at the local midnight of `active_from`, or (None,
    or today) at once. An earlier version goes back in force the same way.

    Raises NotAllowedError for its author and for who may not approve, InvalidError naming the
    field for a day that is over or before the version's earliest, ConflictError where it is
    neither submitted nor was in force before.
    """
    require(actor, "activate")
    locked = _locked(version, {Status.SUBMITTED, Status.STAGED, Status.RETIRED})
    if locked.author_id is not None and locked.author_id == actor.pk:
        raise NotAllowedError(
            "rule_pack_own", _("Somebody else must approve what you wrote yourself.")
        )
    day = _day(locked, active_from)
    activation = RulePackActivation.objects.create(
        version=locked,
        country=locked.country,
        active_from=day,
        author_id=locked.author_id,
        approved_by=actor,
        approved_at=clock.now(),
        reason=reason_given(reason),
    )
    _record(
        "rule_pack.approved", locked, actor, reason=activation.reason, active_from=day.isoformat()
    )
    statuses_settle(locked.country)
    version.refresh_from_db(fields=["status"])
    return activation


@transaction.atomic
def rule_pack_activation_cancel(
    *, activation: RulePackActivation, actor: User | None, reason: str
) -> RulePackActivation:
    """Calls off an activation before its day; the version waits for approval again, or is what
    it was before.

    Raises NotAllowedError, ConflictError where it is in force already or canceled, InvalidError
    without a reason.
    """
    require(actor, "activate")
    _lock_country(activation.country)
    locked = RulePackActivation.objects.select_for_update().get(pk=activation.pk)
    today = today_of(locked.version)
    if locked.canceled_at is not None or locked.active_from is None or locked.active_from <= today:
        raise ConflictError(
            "activation_begun",
            _("This is in force or canceled already: put another version in force instead."),
        )
    locked.canceled_at, locked.canceled_by = clock.now(), actor
    locked.cancel_reason = reason_given(reason)
    locked.save()
    _record(
        "rule_pack.activation_canceled",
        locked.version,
        actor,
        reason=locked.cancel_reason,
        active_from=locked.active_from.isoformat(),
    )
    statuses_settle(locked.country)
    return locked


def rule_packs_settle() -> dict[str, int]:
    """Lets the statuses follow what the activations say of today: decisions do not wait for it."""
    countries = RulePackActivation.objects.values_list("country", flat=True).order_by("country")
    return {"changed": sum(_settled(country) for country in countries.distinct())}


def _settled(country: str) -> int:
    with transaction.atomic():
        return statuses_settle(country)


def statuses_settle(country: str) -> int:
    """Within the caller's transaction: the status of each version of a country by its terms.
    Returns how many changed."""
    _lock_country(country)
    activations = RulePackActivation.objects.filter(country=country).select_related("version")
    standing = _Standing.of(list(activations))
    versions = {row.version_id: row.version for row in activations}
    moves = [
        (version, status)
        for version in versions.values()
        if (status := standing.status_of(version)) != version.status
    ]
    # The one that was in force first: a country never has two.
    for version, status in sorted(moves, key=lambda move: move[1] == Status.ACTIVE):
        before, version.status = version.status, status
        version.save(update_fields=["status"])
        if status == Status.ACTIVE and before != Status.ACTIVE:
            _record("rule_pack.in_force", version, None)
    return len(moves)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Versions that decide today, later, or once did (by id)."""

    present: frozenset[int]
    coming: frozenset[int]
    past: frozenset[int]

    @classmethod
    def of(cls, activations: list[RulePackActivation]) -> "_Standing":
        terms = terms_of(activations)
        today = {one.version_id: today_of(one.version) for one in activations}
        return cls(
            frozenset(
                term.activation.version_id
                for term in terms
                if term.holds(today[term.activation.version_id])
            ),
            frozenset(
                term.activation.version_id
                for term in terms
                if term.active_from and term.active_from > today[term.activation.version_id]
            ),
            frozenset(one.version_id for one in activations if one.canceled_at is None),
        )

    def status_of(self, version: RulePackVersion) -> str:
        if version.pk in self.present:
            return Status.ACTIVE.value
        if version.pk in self.coming:
            return Status.STAGED.value
        return (Status.RETIRED if version.pk in self.past else Status.SUBMITTED).value


def _day(version: RulePackVersion, wanted: date | None) -> date:
    today = today_of(version)
    day = wanted or today
    if day < today:
        raise InvalidError(
            "activation_in_the_past",
            _("This day is over: choose today (%(today)s) or a later one.") % {"today": today},
            field="active_from",
        )
    if day < version.effective_from:
        raise InvalidError(
            "rule_pack_not_yet",
            _(
                "This version may be in force from %(day)s at the earliest: choose that day or later."
            )
            % {"day": version.effective_from},
            field="active_from",
        )
    latest = terms_by_country([version.country]).get(version.country, [])
    if any(term.active_from == day and term.activation.version_id == version.pk for term in latest):
        raise ConflictError("activation_there", _("It is in force from this day already."))
    return day


def _lock_country(country: str) -> None:
    list(
        RulePackVersion.objects.select_for_update()
        .filter(country=country)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _locked(version: RulePackVersion, allowed: set[RulePackVersion.Status]) -> RulePackVersion:
    _lock_country(version.country)
    locked = RulePackVersion.objects.get(pk=version.pk)
    if locked.status not in allowed:
        raise ConflictError(
            "rule_pack_state",
            _("%(pack)s is in another state by now (%(state)s): load the page again.")
            % {"pack": locked, "state": locked.get_status_display()},
        )
    return locked


def _move(
    version: RulePackVersion, status: str, action: str, actor: User | None, reason: str
) -> RulePackVersion:
    row: Any = version
    row._change_reason, row._history_user = reason, actor  # noqa: SLF001 how history takes them
    version.status = status
    version.save()
    _record(action, version, actor, reason=reason)
    return version


def _read(path: Path) -> Document:
    try:
        return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
    except (OSError, ValueError) as error:
        raise InvalidError(
            "rule_pack_unreadable",
            _("%(file)s cannot be read as JSON: %(problem)s.")
            % {"file": path.name, "problem": error},
        ) from error


def _record(action: str, version: RulePackVersion, actor: User | None, **detail: Any) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject=f"rulepack:{version.pk}",
        detail={"country": version.country, "version": version.version, **detail},
    )
