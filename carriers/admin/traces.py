"""PDU traces: asked for with a reason, shown decoded, taken away as text."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from carriers.constants import BindKind
from carriers.models import Bind, BindTrace, TracedPdu
from carriers.models.traces import LONGEST_MINUTES, MOST_PDUS
from carriers.services.traces import trace_start, trace_stop
from carriers.smpp.decoding import DecodedPdu, decoded
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured
from config.common.console.pages import PlatformScopedAdmin, ReadOnlyMixin
from config.common.errors import DomainError

_PAGE = 100


class TraceForm(forms.Form):
    """Which bind, for how long, how much, and why."""

    bind = forms.ModelChoiceField(
        label=_("Bind"),
        queryset=Bind.objects.filter(kind=BindKind.SMPP).order_by("name"),
        widget=UnfoldAdminSelectWidget,
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        initial=10,
        min_value=1,
        max_value=LONGEST_MINUTES,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("It ends by itself, after a day at the latest."),
    )
    most_pdus = forms.IntegerField(
        label=_("At most so many PDUs"),
        initial=2000,
        min_value=1,
        max_value=MOST_PDUS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("A message with its answer and receipt is four PDUs."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For the audit log, such as a ticket of the carrier."),
    )


@admin.register(BindTrace)
class BindTraceAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """What passed a bind while somebody wanted to see it."""

    list_display = ("bind", "reason", "state", "taken_shown", "started_at", "started_by")
    list_filter = ("bind",)
    list_select_related = ("bind", "started_by")
    search_fields = ("bind__name", "reason")
    autocomplete_fields = ()
    show_facets = ShowFacets.NEVER
    ordering = ("-id",)
    actions_detail = ("download", "stop")
    change_form_outer_after_template = "admin/carriers/bindtrace/pdus.html"
    empty_title = _("No bind has been traced")
    empty_text = _(
        "A trace writes down every PDU of a bind for a while: for a carrier's support, or to see"
        " which ids and receipts an SMSC really sends."
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("bind", "state"),
                    ("reason", "started_by"),
                    ("started_at", "end"),
                    ("taken_shown", "skipped"),
                ),
                "description": _(
                    "Numbers are masked and texts hidden before anything is stored; passwords are"
                    " never kept. A trace is forgotten a week after its end."
                ),
            },
        ),
    )
    readonly_fields = (
        "bind",
        "state",
        "reason",
        "started_by",
        "started_at",
        "end",
        "taken_shown",
        "skipped",
    )

    @coloured(_("state"), {"running": "info", "over": "success"})
    def state(self, obj: BindTrace) -> tuple[str, Any]:
        return ("running", _("Running")) if _is_running(obj) else ("over", _("Ended"))

    @display(description=_("PDUs"), ordering="taken")
    def taken_shown(self, obj: BindTrace) -> str:
        return f"{obj.taken:,} / {obj.most_pdus:,}"

    @display(description=_("end"))
    def end(self, obj: BindTrace) -> str:
        why = f" · {obj.get_ended_by_display()}" if obj.ended_by else ""
        return f"{date_format(localtime(obj.ended_at or obj.ends_at), 'DATETIME_FORMAT')}{why}"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "add")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Asks for the limits and the reason; `?bind=` names the bind."""
        if not self.may(request, "add"):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else None
        form = TraceForm(data, initial={"bind": request.GET.get("bind")})
        if form.is_valid():
            try:
                trace = trace_start(**form.cleaned_data, actor=actor_of(request))
            except DomainError as error:
                field = getattr(error, "field", None)
                form.add_error(field if field in form.fields else None, str(error))
            else:
                page = reverse("admin:carriers_bindtrace_change", args=[trace.pk])
                return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Trace a bind"),
            "question": Question(
                title=_("Trace a bind"),
                text=_(
                    "Every PDU of the bind is written down until the time is over. Numbers are"
                    " masked, texts hidden; sending is not slowed down."
                ),
                submit=_("Start the trace"),
                done="",
            ),
            "form": form,
            "original": None,
            "opts": self.opts,
            "back": reverse("admin:carriers_bindtrace_changelist"),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        trace = context.get("original")
        if trace is not None:
            rows: QuerySet[TracedPdu] = trace.pdus.order_by("id")
            page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
            context["pdus"] = [_shown(row) for row in page.object_list]
            context["page"], context["is_running"] = page, _is_running(trace)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only a running one can be stopped."""
        found = self.get_object(request, str(object_id))
        if found is None:
            return []
        names = ["download"]
        if _is_running(found) and self.may(request, "add"):
            names.append("stop")
        return [self.get_unfold_action(name) for name in names]

    @action(description=_("Download as text"), url_path="download", icon="download")
    def download(self, request: HttpRequest, object_id: str) -> Any:
        trace = object_or_404(self, request, object_id, "view")
        response = StreamingHttpResponse(_lines(trace), content_type="text/plain; charset=utf-8")
        name = f"trace-{trace.bind_id}-{trace.pk}.txt"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @action(
        description=_("Stop"), url_path="stop", icon="stop_circle", variant=ActionVariant.DANGER
    )
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        trace = object_or_404(self, request, object_id, "add")
        return confirm(
            request,
            self,
            trace,
            Question(
                title=_("Stop this trace?"),
                text=_("What it has written down stays for a week."),
                submit=_("Stop it"),
                done=_("The trace has ended."),
            ),
            lambda _values: _stop(trace, actor_of(request)),
        )


def _stop(trace: BindTrace, actor: Any) -> None:
    trace_stop(trace=trace, actor=actor)


def _is_running(trace: BindTrace) -> bool:
    return trace.ended_at is None and trace.ends_at > clock.now()


def _shown(row: TracedPdu) -> dict[str, Any]:
    found = decoded(bytes(row.octets))
    return {
        "at": _time(row.at),
        "is_outgoing": row.is_outgoing,
        "pdu": found,
        "gist": _gist(found),
        "is_refusal": bool(found.status) and found.status != "ESME_ROK",
        "hex": bytes(row.octets).hex(" "),
    }


_GIST = ("message_id", "source_addr", "destination_addr", "short_message", "system_id")


def _gist(found: DecodedPdu) -> str:
    """What one looks for first, in one line."""
    fields = dict(found.fields)
    return " · ".join(fields[name] for name in _GIST if fields.get(name))


def _time(at: datetime) -> str:
    local = localtime(at)
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"


def _lines(trace: BindTrace) -> Iterator[str]:
    yield f"# {trace.bind} · {trace.reason} · {trace.taken} PDU\n"
    for row in trace.pdus.order_by("id").iterator(chunk_size=1000):
        found = decoded(bytes(row.octets))
        arrow = "->" if row.is_outgoing else "<-"
        yield f"\n{row.at.isoformat(timespec='milliseconds')} {arrow} {found.command} "
        yield f"sequence_number={found.sequence} {found.status} {found.problem}".rstrip() + "\n"
        for name, value in found.fields:
            yield f"    {name}: {value}\n"
        yield f"    {bytes(row.octets).hex(' ')}\n"
