"""Versions as rows of a template's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from config.common.console.labels import label
from messaging.admin.labels import VERSION_COLOURS, change_page
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What a template's page says of a version."""

    number: int
    url: str
    status: SafeString
    is_sent_now: bool
    starts_at: datetime | None
    body: str
    author: str
    reviewer: str
    at: datetime
    comment: str


def version_rows(versions: Sequence[TemplateVersion]) -> list[VersionRow]:
    """Rows in the order given."""
    return [
        VersionRow(
            number=one.number,
            url=change_page("messaging.templateversion", one.pk),
            status=label(one.get_status_display(), VERSION_COLOURS[VersionStatus(one.status)]),
            is_sent_now=one.status == VersionStatus.APPROVED,
            starts_at=one.activates_at if one.status == VersionStatus.STAGED else None,
            body=one.body,
            author=one.author.get_username(),
            reviewer=one.reviewer.get_username() if one.reviewer else "",
            at=one.reviewed_at or one.submitted_at or one.created_at,
            comment=one.comment,
        )
        for one in versions
    ]
