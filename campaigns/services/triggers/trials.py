"""A dry run: what mappings would make of an event, by the code that runs them and the preview of
the code that sends. Nothing is stored or counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.constants import TriggerVersionStatus
from campaigns.models import TriggerMapping, TriggerSource, TriggerVersion
from campaigns.selectors.triggers import spec_of
from campaigns.services.triggers.common import sentence
from campaigns.services.triggers.receiving import event_name
from campaigns.triggers.documents import DocumentError, document_read
from campaigns.triggers.mapping import Happening, Judged, event_judge
from campaigns.triggers.readings import Reading, readings_of
from campaigns.triggers.spec import Spec
from compliance.models import Account
from config.common import clock
from config.common.errors import DomainError, InvalidError
from messaging.services.previews import Preview, PreviewRequest, message_preview


@dataclass(frozen=True, slots=True)
class MappingTrial:
    """What one mapping would do: `judged`, and where it wants a message its `preview`, or the
    `refusal` where it cannot even be read. `is_on`: events are read by this version. `readings`:
    what each of its values gives, also where others are wrong."""

    mapping: TriggerMapping
    version: int
    is_draft: bool
    is_on: bool
    judged: Judged
    preview: Preview | None = None
    refusal: DomainError | None = None
    readings: Sequence[Reading] = ()

    @property
    def sends(self) -> bool:
        """Whether a message would be accepted."""
        found = self.preview
        return found is not None and self.refusal is None and found.refusal is None

    @property
    def reasons(self) -> list[tuple[str, str, str]]:
        """Why nothing would be sent: place, code and sentence."""
        found = [
            (one.place, one.code, sentence(one.code, dict(one.params)))
            for one in self.judged.problems
        ]
        refused = self.refusal or (self.preview and self.preview.refusal)
        if refused:
            found.append((refused.field, refused.code, str(refused.message)))
        return found


@dataclass(frozen=True, slots=True)
class Trial:
    """The event as the source reads it, and every mapping's answer, those that send first."""

    event_name: str
    mappings: Sequence[MappingTrial]


def source_trial(
    *,
    source: TriggerSource,
    body: str,
    headers: Mapping[str, str] | None = None,
    name: str = "",
    with_drafts: bool = False,
) -> Trial:
    """What the source's mappings would do; a mapping's draft takes the place of its active version
    on request. `name` where the event's is not read from body and headers. Raises InvalidError
    for a body that is no document."""
    document = _document(body)
    given = {one.lower(): value for one, value in (headers or {}).items()}
    happening = _happening(source, name or event_name(source, given, document), document)
    versions = _versions(source, with_drafts=with_drafts)
    found = [_trial(source, happening, one, spec_of(one.spec)) for one in versions]
    return Trial(happening.name, sorted(found, key=lambda one: (not one.sends, one.mapping.name)))


def mapping_trial(
    *, mapping: TriggerMapping, spec: Mapping[str, Any], body: str, name: str = ""
) -> MappingTrial:
    """What a mapping as it is being written would make of a body; `name` "": an event it is for.
    Raises InvalidError for a body that is no document; the spec has been checked."""
    read = spec_of(dict(spec))
    document = _document(body)
    guessed = name or event_name(mapping.source, {}, document)
    if read.events and guessed not in read.events and not name:
        guessed = read.events[0]
    happening = _happening(mapping.source, guessed, document)
    version = TriggerVersion(mapping=mapping, number=0, status=TriggerVersionStatus.DRAFT)
    return _trial(mapping.source, happening, version, read)


def _document(body: str) -> Any:
    try:
        return document_read(body.encode("utf-8", "replace"))
    except DocumentError as error:
        text = sentence(error.code, error.params)
        raise InvalidError(error.code, text, field="payload") from error


def _happening(source: TriggerSource, name: str, document: Any) -> Happening:
    if not name:
        raise InvalidError(
            "no_event_name",
            _("The event has no name at %(where)s: give it.") % {"where": source.name_at},
            field="event",
        )
    now = clock.now()
    return Happening(name, document, now, now)


def _versions(source: TriggerSource, *, with_drafts: bool) -> list[TriggerVersion]:
    """One of each mapping."""
    rows = TriggerVersion.objects.filter(
        mapping__source=source,
        status__in=[TriggerVersionStatus.ACTIVE, TriggerVersionStatus.DRAFT],
    )
    by_mapping: dict[int, TriggerVersion] = {}
    for one in rows.select_related("mapping").order_by("mapping_id", "number"):
        is_draft = one.status == TriggerVersionStatus.DRAFT
        if one.mapping_id not in by_mapping or (is_draft and with_drafts):
            by_mapping[one.mapping_id] = one
    return list(by_mapping.values())


def _trial(
    source: TriggerSource, happening: Happening, version: TriggerVersion, spec: Spec
) -> MappingTrial:
    judged = event_judge(spec, happening, source.account.timezone)
    preview, refusal = _preview(source.account, judged)
    is_draft = version.status == TriggerVersionStatus.DRAFT
    return MappingTrial(
        mapping=version.mapping,
        version=version.number,
        is_draft=is_draft,
        is_on=source.is_enabled and version.mapping.is_enabled and not is_draft,
        judged=judged,
        preview=preview,
        refusal=refusal,
        readings=readings_of(spec, happening.document, source.account.timezone),
    )


def _preview(account: Account, judged: Judged) -> tuple[Preview | None, DomainError | None]:
    wanted = judged.wanted
    if wanted is None:
        return None, None
    request = PreviewRequest(
        template=wanted.template,
        parameters=dict(wanted.parameters),
        language=wanted.language or None,
        to=wanted.to,
        sender=wanted.sender,
        message_class=wanted.message_class or None,
        send_at=wanted.send_at,
        expires_at=wanted.expires_at,
        time_zone=wanted.time_zone or None,
    )
    try:
        return message_preview(account=account, request=request), None
    except DomainError as error:
        return None, error
