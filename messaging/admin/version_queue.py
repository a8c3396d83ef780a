"""The queue of reviews: the longest waiting first, with what a reviewer weighs, and approving
several at once."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from config.common import clock
from config.common.console.labels import label
from messaging.admin.labels import ago
from messaging.admin.network_findings import network_finding_rows, with_networks
from messaging.admin.version_findings import counts_text
from messaging.admin.version_preview import worst_segments
from messaging.admin.version_together import together_page
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.findings import is_blocked_everywhere
from messaging.selectors.reviews import findings_by_version
from messaging.selectors.version_networks import NetworkRulebook
from messaging.services.templates.bulk import MOST_AT_ONCE

_LATE = timedelta(days=1)


def is_queue(request: HttpRequest) -> bool:
    """Whether the list shows only what waits for review."""
    return request.GET.get("status__exact") == VersionStatus.SUBMITTED


class VersionQueue:
    """Columns of the queue, and its action; put it before the page's class."""

    actions = ("approve_together",)
    queue_display = (
        "name",
        "class_label",
        "account",
        "written_by",
        "waiting",
        "finding_count",
        "worst",
    )

    def get_list_display(self, request: HttpRequest) -> Any:
        if is_queue(request):
            return self.queue_display
        return super().get_list_display(request)  # type: ignore[misc]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What waits for review: the longest waiting first."""
        return ("submitted_at", "pk") if is_queue(request) else ("-id",)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With findings and cost of the rows shown, whose rules are read once for all."""
        changelist = super().get_changelist_instance(request)  # type: ignore[misc]
        if is_queue(request):
            rows = list(changelist.result_list)
            findings = findings_by_version(rows)
            networks = NetworkRulebook(row.template.account for row in rows)
            for row in rows:
                rules = networks.rules(row.template)
                row.queue_findings = findings[row.pk]
                row.queue_networks = network_finding_rows(row, rules)
                row.queue_worst = worst_segments(row, rules)
            changelist.result_list = rows
        return changelist

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """An empty queue is good news, not a search without results."""
        context = dict(extra_context or {})
        if is_queue(request) and set(request.GET) == {"status__exact"}:
            context["nothing_waits"] = _("Nothing waits for review.")
        return super().changelist_view(request, context)  # type: ignore[misc]

    def get_actions(self, request: HttpRequest) -> Any:
        """Ticks are for those who may review."""
        return super().get_actions(request) if is_queue(request) else {}  # type: ignore[misc]

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Whether the person reviews for any account."""
        return bool(self.may(request, "review"))  # type: ignore[attr-defined]

    @display(description=_("waiting"), ordering="submitted_at")
    def waiting(self, obj: TemplateVersion) -> str:
        if obj.status != VersionStatus.SUBMITTED or obj.submitted_at is None:
            return "–"
        is_late = clock.now() - obj.submitted_at > _LATE
        return label(ago(obj.submitted_at), "warning" if is_late else "info")

    @display(description=_("rules"))
    def finding_count(self, obj: Any) -> SafeString:
        findings = obj.queue_findings
        is_none = not any(one.findings for one in findings)
        words = with_networks(counts_text(findings), obj.queue_networks, is_none=is_none)
        if is_none:
            return label(words, "warning" if obj.queue_networks else "")
        return label(words, "danger" if is_blocked_everywhere(findings) else "warning")

    @display(description=_("segments at most"))
    def worst(self, obj: Any) -> str:
        return "–" if obj.queue_worst is None else str(obj.queue_worst)

    @admin.action(description=_("Approve together"), permissions=["review"])
    def approve_together(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse:
        """Of what was ticked, what the person may see, whatever its state is by now."""
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        known = self.get_queryset(request)  # type: ignore[attr-defined]
        if request.POST.get("select_across") == "1":
            known = rows
        else:
            known = known.filter(pk__in=[one for one in ticked if one.isdecimal()])
        ids = list(known.order_by("submitted_at", "pk").values_list("pk", flat=True))
        return together_page(request, self, ids[: MOST_AT_ONCE + 1])
