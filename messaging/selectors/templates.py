"""Templates as people work with them: their versions, and what would stop with one."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from messaging.constants import VersionStatus
from messaging.models import Template, TemplateVersion

# The queues carry no version: by account, then each message by its id. What a bind has claimed
# leaves at this moment.
_UNSENT = """
SELECT count(*) FROM (
    SELECT id FROM messaging_waiting WHERE account_id = %(account)s
    UNION ALL
    SELECT id FROM messaging_dispatch WHERE account_id = %(account)s AND bind_id IS NULL
) q JOIN messaging_message m ON m.id = q.id
WHERE m.template_version_id = %(version)s
"""


def unsent_count(version: TemplateVersion) -> int:
    """How many messages of a version wait, or are queued and not yet on their way."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSENT, {"account": version.template.account_id, "version": version.pk})
        return int(cursor.fetchone()[0])


def approved_version(template: Template) -> TemplateVersion | None:
    """The version that is sent now."""
    return template.versions.filter(status=VersionStatus.APPROVED).first()


def staged_version(template: Template) -> TemplateVersion | None:
    """The version that waits for its time."""
    return template.versions.filter(status=VersionStatus.STAGED).first()


def rollback_version(template: Template) -> TemplateVersion | None:
    """The latest version that was sent once and was not taken back."""
    retired = template.versions.filter(status=VersionStatus.RETIRED)
    return retired.order_by("-reviewed_at", "-number").first()


def templates_listed(templates: QuerySet[Template]) -> QuerySet[Template]:
    """For lists: each with `latest_status` and `latest_number`, and `approved_number`."""
    latest = TemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
    return templates.select_related("account", "advertiser").annotate(
        latest_status=Subquery(latest.values("status")[:1]),
        latest_number=Subquery(latest.values("number")[:1]),
        approved_number=Subquery(latest.filter(status=VersionStatus.APPROVED).values("number")[:1]),
    )


def versions_of(template: Template) -> Sequence[TemplateVersion]:
    """A template's versions with their people, newest first."""
    return list(template.versions.select_related("author", "reviewer").order_by("-number"))
