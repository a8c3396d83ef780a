"""The pages of a campaign: what it would do, what it does, and what came of it."""

from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from campaigns.admin.campaign_acts import CampaignActs
from campaigns.constants import CampaignStatus
from campaigns.models import Campaign
from campaigns.selectors.checks import check_of
from campaigns.selectors.labels import detail_label, money, reason_label, status_label
from campaigns.selectors.live import filters, live, why_rows
from campaigns.selectors.preflight_margin import PERMISSION, MarginShown, margin_of
from campaigns.selectors.results import ResultFilter, results_page
from campaigns.selectors.stops import money_shortage, money_stop
from campaigns.services.audience import audience_size
from campaigns.services.preflight import PreflightState, preflight_state
from campaigns.services.results import campaign_results_export
from campaigns.services.standing import standing_problem
from compliance.downloads import download
from compliance.numbers import to_msisdn
from messaging.selectors.snapshot import snapshots

_TEMPLATES = "admin/campaigns/campaign"
_BEFORE_LAUNCH = frozenset({CampaignStatus.DRAFT, CampaignStatus.SCHEDULED})
_STANDING_MATTERS = frozenset(
    {CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.PAUSED}
)


class CampaignPages(CampaignActs):
    """Overview with live progress, results, export."""

    opts: Any
    media: Any

    def page_urls(self) -> list[Any]:
        views: dict[str, Any] = {
            "progress": self.progress_view,
            "results": self.results_view,
            "export": self.export_view,
        }
        return [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"campaigns_campaign_{name}",
            )
            for name, view in views.items()
        ]

    def campaign_page(
        self,
        request: HttpRequest,
        template: str,
        title: object,
        campaign: Campaign,
        context: dict[str, Any],
    ) -> HttpResponse:
        """A page about a campaign in the console's frame."""
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "media": self.media,
            "original": campaign,
            "campaign": campaign,
        }
        return TemplateResponse(request, f"{_TEMPLATES}/{template}", shared | context)

    def overview_page(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        """Before the launch the pre-flight, from then on the progress."""
        status = CampaignStatus(campaign.status)
        is_before = status in _BEFORE_LAUNCH
        snapshot = snapshots.current()
        problem = standing_problem(snapshot, campaign) if status in _STANDING_MATTERS else None
        report = campaign.preflight
        may: Any = self.may  # type: ignore[attr-defined]
        context = {
            "status": status.value,
            "is_before": is_before,
            "problem": money_stop(campaign) or (None if problem is None else problem.message),
            "shortage": money_shortage(campaign) if is_before else "",
            "members": audience_size(campaign.contact_list_id)[0] if is_before else None,
            "state": preflight_state(campaign).value if status == CampaignStatus.DRAFT else "",
            "report": report,
            "check": check_of(report) if report and report["state"] == "done" else None,
            "margin": _margin(request, report),
            "live": None if is_before else live(campaign),
            "why": [] if is_before else why_rows(campaign),
            "can_run": may(request, "run", campaign),
            "can_change": may(request, "change", campaign),
            "can_add": may(request, "add", campaign),
            "can_delete": self.has_delete_permission(request, campaign),  # type: ignore[attr-defined]
        }
        return self.campaign_page(request, "overview.html", campaign.name, campaign, context)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Where the campaign, or its pre-flight, stands: asked every second by the page."""
        campaign = self.own(request, pk, "view")
        if campaign.status in _BEFORE_LAUNCH:
            state = preflight_state(campaign)
            report = campaign.preflight or {}
            body = {
                "status": campaign.status,
                "is_over": state != PreflightState.RUNNING,
                "state": state.value,
                "done": report.get("done", 0),
                "total": report.get("total", 0),
            }
        else:
            why = why_rows(campaign)
            html = render_to_string(f"{_TEMPLATES}/why.html", {"why": why, "campaign": campaign})
            body = live(campaign) | {"why": html, "why_count": len(why)}
        response = JsonResponse(body)
        response["Cache-Control"] = "no-store"
        return response

    def results_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Contact by contact, by state and reason, or one number."""
        campaign = self.own(request, pk, "view")
        wanted, search = _filter_of(request, campaign)
        is_unknown_number = bool(search) and not wanted.msisdn
        page = None
        if not is_unknown_number:
            page = results_page(campaign, wanted, after=request.GET.get("after", ""))
        query = {"status": wanted.status, "reason": wanted.reason}
        context = {
            "page": page,
            "rows": [] if page is None else [(row, _row_labels(row)) for row in page.rows],
            "wanted": wanted,
            "reason_label": reason_label(wanted.reason),
            "search": search,
            "is_unknown_number": is_unknown_number,
            "filters": filters(campaign),
            "why": why_rows(campaign),
            "is_first": not request.GET.get("after"),
            "next_query": urlencode(query | {"after": page.next_key}) if page else "",
            "export_query": urlencode(query),
            "can_see_message": request.user.has_perm("messaging.view_message"),
        }
        title = _("Results of %(name)s") % {"name": campaign.name}
        return self.campaign_page(request, "results.html", title, campaign, context)

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The results as a file, all or those of the filter."""
        campaign = self.own(request, pk, "view")
        return download(
            request,
            campaign.account,
            "campaign.results",
            lambda: self._results_file(request, campaign),
        )

    def _results_file(self, request: HttpRequest, campaign: Campaign) -> StreamingHttpResponse:
        wanted, _search = _filter_of(request, campaign)
        lines = campaign_results_export(
            campaign=campaign,
            wanted=wanted,
            actor=request.user,  # type: ignore[arg-type]
        )
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        name = f"campaign-{campaign.pk}-results.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def edit_address(self, campaign: Campaign) -> str:
        """The form of a draft."""
        return reverse("admin:campaigns_campaign_edit", args=[campaign.pk])


def _margin(request: HttpRequest, report: Any) -> MarginShown | None:
    """What is left for the platform: never for the account's own people."""
    is_done = report and report["state"] == "done"
    return margin_of(report) if is_done and request.user.has_perm(PERMISSION) else None


def _filter_of(request: HttpRequest, campaign: Campaign) -> tuple[ResultFilter, str]:
    """The filter that was asked for, and what was typed as a number."""
    search = request.GET.get("number", "").strip()
    msisdn = to_msisdn(search, campaign.account.country) if search else ""
    wanted = ResultFilter(
        status=request.GET.get("status", "")[:12],
        reason=request.GET.get("reason", "")[:24],
        msisdn=msisdn or "",
    )
    return wanted, search


def _row_labels(row: Any) -> dict[str, str]:
    return {
        "status": status_label(row.status) or "–",
        "reason": reason_label(row.reason),
        "detail": detail_label(row.reason, row.detail),
        "colour": _COLOURS.get(row.status, ""),
        "price": money(row.price_micros, row.currency) if row.segment_count else "",
    }


_COLOURS = {
    "accepted": "info",
    "scheduled": "info",
    "queued": "info",
    "sent": "primary",
    "delivered": "success",
    "undelivered": "danger",
    "failed": "danger",
    "expired": "warning",
    "blocked": "warning",
    "unknown": "warning",
}
