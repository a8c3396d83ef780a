"""Approving several versions at once: alike ones only, and all of them or none."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.models import User
from config.common.errors import ConflictError, InvalidError
from messaging.constants import EventType
from messaging.models import Template, TemplateVersion
from messaging.selectors.findings import CountryFindings
from messaging.selectors.reviews import (
    Obstacle,
    bulk_fingerprint,
    bulk_obstacles,
    findings_by_version,
)
from messaging.selectors.version_networks import NetworkRulebook
from messaging.services.templates.network_kinds import network_kinds
from messaging.services.templates.reviews import version_pass
from messaging.services.templates.steps import version_tell

MOST_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class BulkReview:
    """What a person is about to approve together; `obstacles` say why they cannot."""

    versions: tuple[TemplateVersion, ...]
    findings: dict[int, tuple[CountryFindings, ...]]
    obstacles: tuple[Obstacle, ...]
    fingerprint: str


def bulk_review(version_ids: Collection[int], reviewer: User) -> BulkReview:
    """Looks at the versions as `versions_approve` will; the oldest waiting comes first."""
    versions = tuple(
        TemplateVersion.objects.filter(pk__in=version_ids)
        .select_related("template__account", "template__advertiser", "author")
        .order_by("submitted_at", "pk")
    )
    findings = findings_by_version(versions)
    networks = NetworkRulebook(version.template.account for version in versions)
    kinds = network_kinds(versions, networks)
    return BulkReview(
        versions,
        findings,
        tuple(bulk_obstacles(versions, findings, reviewer, kinds)),
        bulk_fingerprint(versions, findings, networks),
    )


@transaction.atomic
def versions_approve(
    *, version_ids: Collection[int], reviewer: User, comment: str, seen: str
) -> list[TemplateVersion]:
    """Approves all of the versions, each with the comment, or none of them.

    `seen` is the fingerprint of the `BulkReview` the person looked at. Raises ConflictError where
    the versions are not alike, where one cannot be approved, and where something changed since;
    InvalidError for none or too many. NotAllowedError and others as `version_approve`.
    """
    _count_check(version_ids)
    rows = Template.objects.select_for_update(no_key=True, of=("self",))
    list(rows.filter(versions__in=version_ids).order_by("pk").values_list("pk", flat=True))
    review = bulk_review(version_ids, reviewer)
    if review.obstacles or len(review.versions) != len(set(version_ids)):
        raise ConflictError(
            "not_alike",
            _("These versions cannot be approved together: nothing was approved."),
        )
    if seen != review.fingerprint:
        raise ConflictError(
            "review_changed",
            _("What the rules say has changed since you opened the page: look at it again."),
        )
    for version in review.versions:
        version_pass(version, reviewer, comment)
    # Counters of accounts are locked in one order by everybody (design: events).
    for version in sorted(review.versions, key=lambda one: one.template.account_id):
        version_tell(version, EventType.TEMPLATE_APPROVED, comment)
    return list(review.versions)


def _count_check(version_ids: Collection[int]) -> None:
    if not version_ids:
        raise InvalidError("nothing_chosen", _("Choose the versions to approve."))
    if len(version_ids) > MOST_AT_ONCE:
        raise InvalidError(
            "too_many",
            _("At most %(limit)d versions are approved at once: choose fewer.")
            % {"limit": MOST_AT_ONCE},
        )
