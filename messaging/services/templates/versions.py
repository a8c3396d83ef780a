"""Writing a version: its words in each language and what may stand in its slots."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from compliance.models import User
from config.common.errors import ConflictError, InvalidError
from messaging.constants import VersionStatus
from messaging.models import Template, TemplateVersion
from messaging.services.drafts import MAX_SEGMENTS
from messaging.services.templates.languages import VariantList
from messaging.services.templates.records import permission_required, version_record
from messaging.services.templates.texts import MAX_CHARACTERS, template_parsed
from messaging.services.templates.wordings import CheckedWording, wording_checked
from messaging.wording.formats import format_findings
from messaging.wording.sentences import FORMATS
from messaging.wording.slots import SlotList
from messaging.wording.wordings import Wording
from messaging.wording.worst import bound_of

__all__ = [
    "MAX_CHARACTERS",
    "CheckedWording",
    "SlotList",
    "VariantList",
    "template_parsed",
    "version_create",
    "version_update",
    "wording_checked",
    "wording_complete",
    "wording_of_version",
]


@transaction.atomic
def version_create(
    *,
    template: Template,
    body: str,
    slots: SlotList,
    author: User,
    rewriting: str = "none",
    variants: VariantList = (),
    message_format: str = "",
) -> TemplateVersion:
    """A new draft with the next number. Raises NotAllowedError, or InvalidError with the place
    where the text is no template."""
    permission_required(author, "messaging.add_templateversion", template)
    Template.objects.select_for_update(no_key=True).get(pk=template.pk)  # numbers in turn
    wording = wording_checked(
        body=body,
        slots=slots,
        rewriting=rewriting,
        variants=variants,
        message_format=message_format,
        language=template.language,
    )
    last = template.versions.aggregate(last=Max("number"))["last"] or 0
    version = TemplateVersion(
        template=template, number=last + 1, author=author, **wording.as_fields()
    )
    # Written below, with its actor.
    version.skip_history_when_saving = True  # type: ignore[attr-defined]
    version.save()
    version_record(version, author, "template_version.created", is_new=True)
    return version


@transaction.atomic
def version_update(
    *,
    version: TemplateVersion,
    body: str,
    slots: SlotList,
    actor: User,
    rewriting: str | None = None,
    variants: VariantList | None = None,
    message_format: str | None = None,
) -> TemplateVersion:
    """Changes a draft, by whoever writes templates in its account; what is None stays. Raises
    ConflictError once it was submitted, NotAllowedError and InvalidError as above."""
    permission_required(actor, "messaging.change_templateversion", version)
    wording = wording_checked(
        body=body,
        slots=slots,
        rewriting=version.rewriting if rewriting is None else rewriting,
        variants=version.variants if variants is None else variants,
        message_format=version.message_format if message_format is None else message_format,
        language=version.template.language,
    )
    changed = TemplateVersion.objects.filter(pk=version.pk, status=VersionStatus.DRAFT).update(
        **wording.as_fields()
    )
    if not changed:
        raise ConflictError(
            "not_a_draft",
            _("This version was submitted and stays as it is: write a new version."),
        )
    version.refresh_from_db()
    version_record(version, actor, "template_version.changed")
    return version


def wording_of_version(version: TemplateVersion) -> CheckedWording:
    """A stored version by today's checks. Raises InvalidError."""
    return wording_checked(
        body=version.body,
        slots=version.slots,
        rewriting=version.rewriting,
        variants=version.variants,
        message_format=version.message_format,
        language=version.template.language,
    )


def wording_complete(version: TemplateVersion) -> None:
    """Raises InvalidError where a version is not ready for review: a slot without an example,
    values that no message holds in the guaranteed worst case, a format that is not met."""
    wording = wording_of_version(version)
    for spec in wording.specs:
        if not spec.example:
            raise InvalidError(
                "example_missing",
                _("The slot “%(slot)s” has no example: reviewers need one.") % {"slot": spec.name},
                field="slots",
            )
    for index, one in enumerate(wording.wordings):
        field = "body" if index == 0 else f"variants.{index - 1}.body"
        _worst_checked(one, field)
        _format_checked(one, version.message_format, field)


def _worst_checked(wording: Wording, field: str) -> None:
    count = bound_of(wording).segment_count
    if count > MAX_SEGMENTS:
        raise InvalidError(
            "too_long",
            _(
                "In the worst case the text needs %(count)d segments; at most %(limit)d are"
                " allowed: shorten it or its longest values, or limit their characters."
            )
            % {"count": count, "limit": MAX_SEGMENTS},
            field=field,
        )


def _format_checked(wording: Wording, message_format: str, field: str) -> None:
    for finding in format_findings(wording, message_format):
        values: dict[str, Any] = dict(finding.params)
        raise InvalidError(
            f"format_{finding.code}",
            _(FORMATS[finding.code]) % values,
            field=field,
            position=finding.position,
        )
