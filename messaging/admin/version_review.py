"""What a reviewer sees of a version: phones' view, cost, rules, what changed, who did what."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from compliance.models import User
from messaging.admin.labels import change_page, link, moment
from messaging.admin.network_findings import network_finding_rows, with_networks
from messaging.admin.registration_texts import network_rows
from messaging.admin.version_buttons import buttons
from messaging.admin.version_changes import differences
from messaging.admin.version_findings import counts_text, finding_rows, rule_rows
from messaging.admin.version_history import history_rows
from messaging.admin.version_preview import (
    language_views,
    slot_rows,
    stored_wordings,
    worst_overall,
)
from messaging.admin.version_words import CLASSES, FORMATS, format_problems
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.findings import findings_of, is_blocked_everywhere
from messaging.selectors.reviews import review_fingerprint
from messaging.selectors.templates import approved_version, rollback_version, staged_version


def review_context(
    version: TemplateVersion, person: User, *, is_draft_open: bool
) -> dict[str, Any]:
    """For the page's templates; an open draft is shown by its editor instead."""
    context: dict[str, Any] = {"history_rows": history_rows(version)}
    if is_draft_open:
        return context
    findings = findings_of(version)
    approved = approved_version(version.template)
    of_networks = network_finding_rows(version)
    context |= {
        "version": version,
        "buttons": buttons(
            person,
            version,
            seen=review_fingerprint(version, findings),
            is_blocked=is_blocked_everywhere(findings),
        ),
        "network_rows": network_rows(version),
        "notices": notices(version, approved),
        "next_step": next_step(version, person),
        "findings": [*finding_rows(findings), *of_networks],
        "finding_counts": with_networks(
            counts_text(findings),
            of_networks,
            is_none=not any(one.findings for one in findings),
        ),
        "is_blocked": is_blocked_everywhere(findings),
        "class_words": CLASSES.get(version.template.message_class, ""),
        "class_rules": rule_rows([one.country for one in findings], version),
        "approved": approved if approved is not None and approved.pk != version.pk else None,
    }
    if context["approved"] is not None and version.status != VersionStatus.RETIRED:
        context["differences"] = differences(context["approved"], version)
    return context | _wording(version)


def _wording(version: TemplateVersion) -> dict[str, Any]:
    wordings = stored_wordings(version)
    if wordings is None:
        return {}
    views = language_views(version, wordings)
    return {
        "languages": views,
        "slots": slot_rows(wordings),
        "worst": worst_overall(views),
        "format_words": FORMATS.get(version.message_format, ""),
        "format_problems": [
            problem
            for wording in wordings
            for problem in format_problems(wording, version.message_format)
        ],
    }


def notices(version: TemplateVersion, approved: TemplateVersion | None) -> list[str]:
    """What somebody should know first, by the version's state."""
    staged = staged_version(version.template)
    found = []
    if version.status == VersionStatus.STAGED:
        time = moment(version.activates_at)
        found.append(
            _("Approved for %(time)s; until then version %(number)d is sent.")
            % {"time": time, "number": approved.number}
            if approved
            else _("Approved for %(time)s; until then nothing of this template is sent.")
            % {"time": time}
        )
    elif staged is not None:
        found.append(
            _("Version %(number)d is approved for %(time)s and then replaces what is sent now.")
            % {"number": staged.number, "time": moment(staged.activates_at)}
        )
    if version.status == VersionStatus.RETIRED:
        found.append(
            _(
                "Replaced by a newer version. What was accepted with it still leaves; withdraw it to"
                " stop that."
            )
        )
    return found


def next_step(version: TemplateVersion, person: User) -> dict[str, Any] | None:
    """After a withdrawal: the wording to go back to, where nothing of the template is sent."""
    if version.status != VersionStatus.WITHDRAWN or approved_version(version.template):
        return None
    former = rollback_version(version.template)
    if former is None:
        return None
    page = reverse("admin:messaging_templateversion_add")
    may_write = person.has_perm("messaging.add_templateversion", version)
    return {
        "number": former.number,
        "may_write": may_write,
        "url": f"{page}?from={former.pk}"
        if may_write
        else change_page("messaging.templateversion", former.pk),
    }


def rollback_link(version: TemplateVersion, person: User) -> SafeString | None:
    """The next step after a withdrawal, as a message with its link."""
    step = next_step(version, person)
    if step is None:
        return None
    return format_html(
        "{} {}",
        _("Nothing of this template is sent now."),
        link(_("Go back to the wording of version %(number)d") % step, step["url"]),
    )


def decision_details(version: TemplateVersion, *, seen: str) -> dict[str, Any]:
    """What is approved, in sight of the button; `seen` is what the review page showed."""
    findings = findings_of(version)
    fingerprint = review_fingerprint(version, findings)
    wordings = stored_wordings(version)
    views = language_views(version, wordings) if wordings else []
    return {
        "fingerprint": fingerprint,
        "has_changed": bool(seen) and seen != fingerprint,
        "findings": [*finding_rows(findings), *network_finding_rows(version)],
        "languages": views,
        "worst": worst_overall(views) if views else "",
    }
