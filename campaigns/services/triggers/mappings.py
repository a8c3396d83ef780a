"""Mappings and their versions: a draft that is edited, one active version, and all former ones."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from campaigns.constants import TriggerVersionStatus
from campaigns.models import TriggerMapping, TriggerSource, TriggerVersion
from campaigns.services.triggers.common import permission_required, problem_error, record
from campaigns.triggers.documents import DocumentError, document_read
from campaigns.triggers.problems import SpecError
from campaigns.triggers.reading import spec_read
from compliance.models import User
from config.common import clock
from config.common.errors import ConflictError, InvalidError

MOST_MAPPINGS: Final = 100
LONGEST_SAMPLE: Final = 65_536


@transaction.atomic
def mapping_create(
    *,
    source: TriggerSource,
    name: str,
    spec: Mapping[str, Any],
    actor: User,
    sample: str = "",
    sample_event: str = "",
    is_enabled: bool = True,
) -> TriggerMapping:
    """A mapping with a draft of its first version. Raises NotAllowedError, ConflictError for a
    name that is taken, InvalidError for the first mistake with all in `problems`."""
    mapping = TriggerMapping(source=source, created_by=actor)
    permission_required(actor, "campaigns.add_triggermapping", mapping)
    held = TriggerSource.objects.select_for_update(no_key=True).get(pk=source.pk)
    if held.mappings.count() >= MOST_MAPPINGS:
        raise ConflictError(
            "too_many_mappings",
            _("The source has %(limit)d mappings: delete one that is not used.")
            % {"limit": MOST_MAPPINGS},
        )
    spec_checked(spec)
    _fill(mapping, name, sample, sample_event)
    mapping.is_enabled = is_enabled
    mapping.save()
    _draft(mapping, spec, actor)
    record("triggermapping.created", mapping, held.account_id, actor, source=held.name)
    return mapping


@transaction.atomic
def mapping_change(
    *,
    mapping: TriggerMapping,
    actor: User,
    name: str | None = None,
    is_enabled: bool | None = None,
    sample: str | None = None,
    sample_event: str | None = None,
) -> TriggerMapping:
    """Changes what is beside its versions. Errors as above."""
    found = _held(mapping, actor, "change")
    before = (found.name, found.is_enabled)
    _fill(
        found,
        found.name if name is None else name,
        found.sample if sample is None else sample,
        found.sample_event if sample_event is None else sample_event,
    )
    found.is_enabled = found.is_enabled if is_enabled is None else is_enabled
    found.save()
    if before != (found.name, found.is_enabled):
        word = "changed" if before[1] == found.is_enabled else _switched(found)
        record(f"triggermapping.{word}", found, found.source.account_id, actor)
    return found


def _switched(mapping: TriggerMapping) -> str:
    return "switched_on" if mapping.is_enabled else "switched_off"


@transaction.atomic
def draft_save(*, mapping: TriggerMapping, spec: Mapping[str, Any], actor: User) -> TriggerVersion:
    """What the mapping shall say: kept as a draft, a new version where there is none; the active
    version goes on meanwhile. Raises NotAllowedError and InvalidError."""
    found = _held(mapping, actor, "change")
    spec_checked(spec)
    draft = found.versions.filter(status=TriggerVersionStatus.DRAFT).first()
    if draft is not None and draft.spec == spec:
        return draft
    if draft is None:
        draft = _draft(found, spec, actor)
    else:
        draft.spec, draft.created_by, draft.created_at = dict(spec), actor, clock.now()
        draft.save()
    record("triggermapping.drafted", found, found.source.account_id, actor, version=draft.number)
    return draft


def draft_keep(
    *, mapping: TriggerMapping, spec: Mapping[str, Any], actor: User
) -> TriggerVersion | None:
    """As `draft_save`, for what a form sends back whole: nothing is written where the draft, or
    without one the active version, means the same already. None then."""
    current = mapping.versions.filter(
        status__in=[TriggerVersionStatus.DRAFT, TriggerVersionStatus.ACTIVE]
    ).order_by("-number")
    shown = current.first()
    spec_checked(spec)
    if shown is not None and spec_read(shown.spec) == spec_read(spec):
        permission_required(actor, "campaigns.change_triggermapping", mapping)
        return None
    return draft_save(mapping=mapping, spec=spec, actor=actor)


@transaction.atomic
def draft_discard(*, mapping: TriggerMapping, actor: User) -> None:
    """Throws the draft away. Raises ConflictError where there is none, or nothing else."""
    found = _held(mapping, actor, "change")
    draft = found.versions.filter(status=TriggerVersionStatus.DRAFT).first()
    if draft is None or not found.versions.exclude(pk=draft.pk).exists():
        raise ConflictError(
            "no_draft", _("There is no draft beside another version: delete the mapping instead.")
        )
    draft.delete()
    record("triggermapping.discarded", found, found.source.account_id, actor, version=draft.number)


@transaction.atomic
def draft_activate(*, mapping: TriggerMapping, actor: User) -> TriggerVersion:
    """Events from now on are read by the draft; the version before is kept. Raises ConflictError
    where there is no draft."""
    found = _held(mapping, actor, "change")
    draft = found.versions.filter(status=TriggerVersionStatus.DRAFT).first()
    if draft is None:
        raise ConflictError("no_draft", _("There is no draft: change the mapping first."))
    return _activate(found, draft, actor)


@transaction.atomic
def version_restore(*, mapping: TriggerMapping, number: int, actor: User) -> TriggerVersion:
    """What a former version said, active again as a new one: the undo of an activation. Raises
    ConflictError for the version that is active, InvalidError for one there is not."""
    found = _held(mapping, actor, "change")
    former = found.versions.filter(number=number).first()
    if former is None or former.status == TriggerVersionStatus.DRAFT:
        raise InvalidError(
            "unknown_version",
            _("There is no former version %(number)d.") % {"number": number},
            field="number",
        )
    if former.status == TriggerVersionStatus.ACTIVE:
        raise ConflictError("is_active", _("This version is active already."))
    found.versions.filter(status=TriggerVersionStatus.DRAFT).delete()
    return _activate(found, _draft(found, former.spec, actor), actor, restored=number)


@transaction.atomic
def mapping_delete(*, mapping: TriggerMapping, actor: User) -> None:
    """Removes the mapping with its versions; events and messages stay."""
    found = _held(mapping, actor, "delete")
    record(
        "triggermapping.deleted",
        found,
        found.source.account_id,
        actor,
        source=found.source.name,
    )
    found.delete()


def spec_checked(spec: Mapping[str, Any]) -> None:
    """Raises InvalidError for the first mistake; all of them are its `problems`."""
    try:
        spec_read(spec)
    except SpecError as error:
        first = problem_error(error.problems[0])
        first.context["problems"] = error.problems
        raise first from error


def _activate(
    mapping: TriggerMapping, draft: TriggerVersion, actor: User, **detail: Any
) -> TriggerVersion:
    now = clock.now()
    mapping.versions.filter(status=TriggerVersionStatus.ACTIVE).update(
        status=TriggerVersionStatus.RETIRED, retired_at=now
    )
    draft.status = TriggerVersionStatus.ACTIVE
    draft.activated_by, draft.activated_at = actor, now
    draft.save()
    record(
        "triggermapping.activated",
        mapping,
        mapping.source.account_id,
        actor,
        version=draft.number,
        **detail,
    )
    return draft


def _held(mapping: TriggerMapping, actor: User, action: str) -> TriggerMapping:
    permission_required(actor, f"campaigns.{action}_triggermapping", mapping)
    rows = TriggerMapping.objects.select_for_update(of=("self",)).select_related("source")
    return rows.get(pk=mapping.pk)


def _draft(mapping: TriggerMapping, spec: Mapping[str, Any], actor: User) -> TriggerVersion:
    last = mapping.versions.aggregate(last=Max("number"))["last"] or 0
    return TriggerVersion.objects.create(
        mapping=mapping,
        number=last + 1,
        spec=dict(spec),
        created_by=actor,
        created_at=clock.now(),
    )


def _fill(mapping: TriggerMapping, name: str, sample: str, sample_event: str) -> None:
    mapping.name, mapping.sample, mapping.sample_event = name.strip(), sample, sample_event.strip()
    if not mapping.name:
        raise InvalidError("required", _("Give the mapping a name."), field="name")
    others = TriggerMapping.objects.filter(source_id=mapping.source_id, name=mapping.name)
    if others.exclude(pk=mapping.pk).exists():
        raise ConflictError(
            "name_taken",
            _("The source has a mapping “%(name)s”: choose another name.") % {"name": mapping.name},
            field="name",
        )
    if len(sample) > LONGEST_SAMPLE:
        raise InvalidError(
            "too_long",
            _("The sample is longer than %(limit)d characters: shorten it.")
            % {"limit": LONGEST_SAMPLE},
            field="sample",
        )
    if sample.strip():
        try:
            document_read(sample.encode())
        except DocumentError as error:
            raise InvalidError(
                error.code,
                _("The sample is not a JSON object or list: paste the body of an event."),
                field="sample",
            ) from error
