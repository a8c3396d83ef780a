"""Writing a version: its text and what may stand in its slots."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from compliance.models import User
from config.common.errors import ConflictError, InvalidError
from messaging import slots as slot_grammar
from messaging.constants import VersionStatus
from messaging.models import Template, TemplateVersion
from messaging.services.drafts import MAX_SEGMENTS, text_checked
from messaging.services.templates.records import permission_required, version_record
from messaging.wordings import MAX_LONGEST, SlotSpec, cost_of, specs_of

MAX_CHARACTERS = 1600
SlotList = Sequence[Mapping[str, Any]]  # JSON objects: name, max_length, example


@transaction.atomic
def version_create(
    *, template: Template, body: str, slots: SlotList, author: User
) -> TemplateVersion:
    """A new draft with the next number. Raises NotAllowedError, or InvalidError with the place
    where the text is no template."""
    permission_required(author, "messaging.add_templateversion", template)
    Template.objects.select_for_update(no_key=True).get(pk=template.pk)  # numbers in turn
    body, specs = wording_checked(body, slots)
    last = template.versions.aggregate(last=Max("number"))["last"] or 0
    version = TemplateVersion(
        template=template,
        number=last + 1,
        body=body,
        slots=[spec.as_json() for spec in specs],
        author=author,
    )
    # Written below, with its actor.
    version.skip_history_when_saving = True  # type: ignore[attr-defined]
    version.save()
    version_record(version, author, "template_version.created", is_new=True)
    return version


@transaction.atomic
def version_update(
    *, version: TemplateVersion, body: str, slots: SlotList, actor: User
) -> TemplateVersion:
    """Changes a draft, by whoever writes templates in its account. Raises ConflictError once it
    was submitted, NotAllowedError and InvalidError as above."""
    permission_required(actor, "messaging.change_templateversion", version)
    body, specs = wording_checked(body, slots)
    changed = TemplateVersion.objects.filter(pk=version.pk, status=VersionStatus.DRAFT).update(
        body=body, slots=[spec.as_json() for spec in specs]
    )
    if not changed:
        raise ConflictError(
            "not_a_draft",
            _("This version was submitted and stays as it is: write a new version."),
        )
    version.refresh_from_db()
    version_record(version, actor, "template_version.changed")
    return version


def wording_checked(body: str, slots: SlotList) -> tuple[str, tuple[SlotSpec, ...]]:
    """The text as it is stored (NFC, newlines as LF) and its slots. Raises InvalidError."""
    body = text_checked(body.replace("\r\n", "\n").replace("\r", "\n"), field_name="body")
    if not body.strip():
        raise InvalidError("empty_text", _("The text is empty: write one."), field="body")
    if len(body) > MAX_CHARACTERS:
        raise InvalidError(
            "text_too_long",
            _("The text has %(count)d characters; at most %(limit)d are allowed: shorten it.")
            % {"count": len(body), "limit": MAX_CHARACTERS},
            field="body",
        )
    parsed = template_parsed(body)
    try:
        specs = specs_of(parsed, slots)
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidError(
            "bad_slots",
            _("A slot needs a name, a longest value in characters and an example."),
            field="slots",
        ) from error
    for spec in specs:
        _spec_checked(spec)
    return body, specs


def wording_complete(version: TemplateVersion) -> None:
    """Raises InvalidError where a version is not ready for review: a slot without an example, or
    longest values that no message holds."""
    parsed, specs = (
        template_parsed(version.body),
        specs_of(template_parsed(version.body), version.slots),
    )
    for spec in specs:
        if not spec.example:
            raise InvalidError(
                "example_missing",
                _("The slot “%(slot)s” has no example: reviewers need one.") % {"slot": spec.name},
                field="slots",
            )
    count = cost_of(parsed, specs).longest.segment_count
    if count > MAX_SEGMENTS:
        raise InvalidError(
            "too_long",
            _(
                "With the longest values the text needs %(count)d segments; at most %(limit)d are"
                " allowed: shorten it or its longest values."
            )
            % {"count": count, "limit": MAX_SEGMENTS},
            field="body",
        )


def template_parsed(body: str) -> slot_grammar.Template:
    """The text's grammar. Raises InvalidError that names place and fix."""
    try:
        return slot_grammar.parse(body)
    except slot_grammar.SlotError as error:
        sentence = {
            "unclosed_brace": _(
                "“{” at character %(position)d is not closed: write {name} for a slot or {{ for a"
                " brace."
            ),
            "unopened_brace": _(
                "“}” at character %(position)d closes nothing: write }} for a brace."
            ),
            "bad_slot_name": _(
                "“%(name)s” at character %(position)d is no slot name: use small letters a–z,"
                " digits and _, beginning with a letter."
            ),
        }[error.code]
        raise InvalidError(
            error.code,
            sentence % {"position": error.position + 1, "name": error.name},
            field="body",
            position=error.position,
        ) from error


def _spec_checked(spec: SlotSpec) -> None:
    text_checked(spec.example, field_name="slots")
    if not 1 <= spec.max_length <= MAX_LONGEST:
        raise InvalidError(
            "bad_longest",
            _("The longest value of “%(slot)s” must be 1 to %(limit)d characters.")
            % {"slot": spec.name, "limit": MAX_LONGEST},
            field="slots",
        )
    if len(spec.example) > spec.max_length:
        raise InvalidError(
            "example_too_long",
            _(
                "The example of “%(slot)s” has %(count)d characters, more than its longest value"
                " (%(limit)d): shorten it or allow more."
            )
            % {"slot": spec.name, "count": len(spec.example), "limit": spec.max_length},
            field="slots",
        )
