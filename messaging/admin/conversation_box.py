"""The answer box: a canned answer from an approved template, or free text where it is granted;
and what it would be, by the code that sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.constants import MessageClass
from config.common.errors import DomainError
from config.common.ids import uuid7
from messaging.admin.labels import ENCODINGS, moment, money
from messaging.constants import VersionStatus, reason_label
from messaging.models import Conversation, TemplateVersion
from messaging.selectors.conversation_list import contact_of
from messaging.selectors.snapshot import ApprovedText, snapshots
from messaging.services.conversations import ReplyRequest
from messaging.services.conversations.answering import free_class, reply_preview
from messaging.services.previews.values import Preview

FREELY = "-"  # instead of a template's short name
_SLOT = "slot-"
_TEMPLATES_AT_MOST = 200
_LONGEST_TOKEN = 64


@dataclass(frozen=True, slots=True)
class SlotField:
    """A place of the template to fill."""

    name: str
    label: str
    value: str
    longest: int
    help: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What sending would make of the answer, in the reader's language. `problem` with its field:
    why there is nothing to send yet."""

    text: str = ""
    line: str = ""
    cost: str = ""
    verdict: str = ""
    colour: str = ""
    findings: tuple[Any, ...] = ()
    problem: str = ""


@dataclass(slots=True)
class Box:
    """The box as it is shown: choices, what was typed, and what it would be."""

    version: int
    token: str
    chosen: str = ""
    canned: list[tuple[str, str]] = field(default_factory=list)
    may_write: bool = False
    free_name: str = ""
    text: str = ""
    body: str = ""
    slots: list[SlotField] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    language: str = ""
    looked: Looked | None = None

    @property
    def is_free(self) -> bool:
        """Whether a text is written, instead of a template filled."""
        return self.chosen == FREELY

    @property
    def has_choice(self) -> bool:
        """Whether there is anything to answer with."""
        return self.may_write or bool(self.canned)


def given_in(form: QueryDict) -> dict[str, str]:
    """What a form or an address says; U+0000, which browsers never send and nothing can store,
    becomes U+FFFD, as Django does with what is no UTF-8."""
    return {name: str(value).replace("\0", "\ufffd") for name, value in form.items()}


def box_of(talk: Conversation, given: Mapping[str, str]) -> Box:
    """From what the page's address or its form says; nothing chosen is free text where it is
    granted."""
    freely = free_class(talk)
    box = Box(
        version=_number(given.get("version"), talk.version),
        token=given.get("token", "")[:_LONGEST_TOKEN] or str(uuid7()),
        canned=_canned(talk),
        may_write=freely is not None,
        free_name=str(MessageClass(freely).label) if freely else "",
        text=given.get("text", ""),
    )
    asked = given.get("template", "") or (FREELY if box.may_write else "")
    known = {slug for slug, _name in box.canned} | ({FREELY} if box.may_write else set())
    box.chosen = asked if asked in known else ""
    approved = _approved(talk, box.chosen)
    if approved is not None:
        _fill(box, approved, talk, given)
    return box


def request_of(box: Box) -> ReplyRequest | None:
    """The answer that the form asks for; None where nothing is chosen."""
    if box.is_free:
        return ReplyRequest(text=box.text)
    if not box.chosen:
        return None
    values = {one.name: one.value for one in box.slots if one.value}
    return ReplyRequest(template=box.chosen, parameters=values, language=box.language)


def look(talk: Conversation, box: Box) -> Looked:
    """What sending would make of it now."""
    request = request_of(box)
    if request is None:
        return Looked(problem=_("Choose a template first."))
    if box.is_free and not box.text.strip():
        return Looked(problem=_("Write something first."))
    try:
        preview = reply_preview(talk, request)
    except DomainError as error:
        return Looked(problem=str(error))
    return _looked(preview)


def _canned(talk: Conversation) -> list[tuple[str, str]]:
    """Approved templates of the brand, by name; codes are no answers."""
    rows = (
        TemplateVersion.objects.filter(
            status=VersionStatus.APPROVED,
            template__account_id=talk.account_id,
            template__advertiser_id=talk.advertiser_id,
        )
        .exclude(template__message_class=MessageClass.OTP)
        .order_by("template__name")
        .values_list("template__slug", "template__name", "template__message_class")
    )
    return [
        (slug, f"{name} · {MessageClass(kind).label}")
        for slug, name, kind in rows[:_TEMPLATES_AT_MOST]
    ]


def _approved(talk: Conversation, slug: str) -> ApprovedText | None:
    if not slug or slug == FREELY:
        return None
    return snapshots.latest().texts_by_slug.get((talk.account_id, slug))


def _fill(box: Box, approved: ApprovedText, talk: Conversation, given: Mapping[str, str]) -> None:
    wordings = approved.wordings
    box.languages = list(wordings.languages) if len(wordings.languages) > 1 else []
    contact = contact_of(talk)
    asked = given.get("language") or (contact.language if contact else "")
    chosen = wordings.choose(asked)
    box.language = chosen.language if box.languages else ""
    box.body = chosen.shown
    box.slots = [
        SlotField(
            name=spec.name,
            label=spec.name.replace("_", " "),
            value=given.get(f"{_SLOT}{spec.name}", ""),
            longest=spec.max_length,
            help=_slot_help(spec.example, spec.fallback),
        )
        for spec in chosen.specs
    ]


def _slot_help(example: str, fallback: str) -> str:
    said = _("Such as %(example)s.") % {"example": example} if example else ""
    if fallback:
        said += " " + _("Empty: %(fallback)s.") % {"fallback": fallback}
    return said.strip()


def _looked(preview: Preview) -> Looked:
    verdict, colour = _verdict(preview)
    ruling = preview.ruling
    return Looked(
        text=preview.text,
        line=_line(preview),
        cost=money(preview.cost.amount_micros, preview.cost.currency) if preview.cost else "",
        verdict=verdict,
        colour=colour,
        findings=ruling.compliance.findings if ruling else (),
    )


def _verdict(preview: Preview) -> tuple[str, str]:
    """In a sentence whether it would leave, and the colour of that."""
    if preview.refusal is not None:
        return str(preview.refusal), "danger"
    ruling = preview.ruling
    if ruling is None:
        return "", ""
    if ruling.compliance.decision == "blocked":
        return _("Rules do not allow this answer now; it would not be sent."), "danger"
    if ruling.failure_reason:
        return (
            _("It would not be delivered: %(reason)s.")
            % {"reason": reason_label(ruling.failure_reason)},
            "danger",
        )
    if ruling.compliance.until is not None:
        return (
            _("It would wait until %(time)s.") % {"time": moment(ruling.compliance.until)},
            "warning",
        )
    return _("It would be sent at once."), "success"


def _line(preview: Preview) -> str:
    """Encoding, units and segments, with what the person's network adds."""
    segments = ngettext("%(count)d segment", "%(count)d segments", preview.segment_count)
    units = ngettext("%(count)d unit", "%(count)d units", preview.units)
    parts = [
        ENCODINGS[preview.encoding],
        units % {"count": preview.units},
        segments % {"count": preview.segment_count},
    ]
    if preview.billed_segments != preview.segment_count:
        billed = ngettext(
            "%(count)d segment with what the network adds",
            "%(count)d segments with what the network adds",
            preview.billed_segments,
        )
        parts.append(billed % {"count": preview.billed_segments})
    return " · ".join(parts)


def _number(text: str | None, otherwise: int) -> int:
    given = text or ""
    is_number = given.isascii() and given.isdecimal() and len(given) < 10
    return int(given) if is_number else otherwise
