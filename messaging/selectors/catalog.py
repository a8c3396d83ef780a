"""What an account may send with: its senders and templates."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from compliance.models import Account, Advertiser, Program
from config.common.errors import InvalidError, NotFoundError
from messaging.constants import VersionStatus
from messaging.models import Template, TemplateVersion
from routing.models import Sender


def senders_page(account: Account, *, after: int | None, limit: int) -> Sequence[Sender]:
    """The account's senders in the order they were made."""
    found = Sender.objects.filter(account=account).select_related("advertiser")
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk")[:limit])


def _with_approved() -> Any:  # Prefetch: its type arguments exist in the stubs only
    return Prefetch(
        "versions",
        TemplateVersion.objects.filter(status=VersionStatus.APPROVED),
        to_attr="approved_versions",
    )


def templates_page(account: Account, *, after: int | None, limit: int) -> Sequence[Template]:
    """The account's templates, each with `approved_versions` (at most one)."""
    found = Template.objects.filter(account=account).select_related("advertiser", "program")
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.prefetch_related(_with_approved()).order_by("pk")[:limit])


def program_named(advertiser: Advertiser, word: str) -> Program:
    """An advertiser's program by its word in replies. Raises InvalidError of `program`."""
    found = Program.objects.filter(advertiser=advertiser, code__iexact=word).first()
    if found is None:
        raise InvalidError(
            "unknown_program",
            _("%(advertiser)s has no program “%(word)s”.")
            % {"advertiser": advertiser.name, "word": word},
            field="program",
        )
    return found


def template_get(account: Account, slug: str) -> Template:
    """One template as in the list. Raises NotFoundError."""
    template = (
        Template.objects.filter(account=account, slug=slug)
        .select_related("advertiser", "program")
        .prefetch_related(_with_approved())
        .first()
    )
    if template is None:
        raise NotFoundError("template_not_found", _("There is no template with this short name."))
    return template


def versions_page(
    template: Template, *, before: int | None, limit: int
) -> Sequence[TemplateVersion]:
    """A template's versions, newest first; `before` is a version's number."""
    found = TemplateVersion.objects.filter(template=template).select_related("author", "reviewer")
    if before is not None:
        found = found.filter(number__lt=before)
    return list(found.order_by("-number")[:limit])


def version_get(account: Account, slug: str, number: int) -> TemplateVersion:
    """One version, with its template, account and people. Raises NotFoundError."""
    version = (
        TemplateVersion.objects.filter(template__account=account, template__slug=slug)
        .filter(number=number)
        .select_related("template__account", "template__advertiser", "author", "reviewer")
        .first()
    )
    if version is None:
        raise NotFoundError(
            "version_not_found", _("There is no such version of a template with this short name.")
        )
    return version
