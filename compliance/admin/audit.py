import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermission
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.utils import parse_date_str

from compliance.access import permission_of
from compliance.models import AuditEntry, User
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from compliance.selectors.access import PREFIX, permitted_accounts
from compliance.selectors.audit import (
    AuditLine,
    actions_of,
    audit_kinds,
    audit_lines,
    audit_search,
    links_of,
)
from compliance.services.audit_exports import LARGEST_EXPORT, audit_export

_MOST_PEOPLE = 300
_MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


class KindFilter(DropdownFilter):
    """What the entries are about."""

    title = _("about")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return audit_kinds()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action__in=actions_of(self.value())) if self.value() else queryset


class PersonFilter(DropdownFilter):
    """Who did it: people with a role where the reader may read the log."""

    title = _("who")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        accounts = permitted_accounts(request.user, "compliance.view_auditentry")
        people = User.objects.order_by("username")
        if accounts is not None:
            held = UserObjectPermission.objects.filter(
                permission__codename__startswith=PREFIX,
                object_pk__in=[str(pk) for pk in accounts],
            )
            people = people.filter(pk__in=held.values("user_id"))
        shown = [
            (str(one.pk), one.get_full_name() or one.username) for one in people[:_MOST_PEOPLE]
        ]
        return [*shown, ("system", str(_("Nobody: the system or an API key")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        if value == "system":
            return queryset.filter(actor=None)
        return queryset.filter(actor_id=int(value)) if value.isdecimal() else queryset.none()


class PeriodFilter(RangeDateFilter):
    """Whole days in the reader's zone."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first = self._day(f"{self.parameter_name}_from")
        last = self._day(f"{self.parameter_name}_to")
        if first is not None:
            queryset = queryset.filter(at__gte=first)
        if last is not None:
            queryset = queryset.filter(at__lt=last + timedelta(days=1))
        return queryset

    def _day(self, name: str) -> datetime | None:
        given = self.used_parameters.get(name)
        found = parse_date_str(given) if given else None
        if found is None:
            return None
        return datetime.combine(found, time.min, tzinfo=timezone.get_current_timezone())


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyMixin, AccountScopedAdmin):
    """Who did what and when; nobody changes it, the database itself refuses."""

    show_facets = ShowFacets.NEVER
    change_list_template = "admin/compliance/auditentry/list.html"
    list_display = ("when", "sentence", "object_link", "origin", "account")
    list_display_links = ("when",)
    list_filter = (KindFilter, PersonFilter, ("at", PeriodFilter), "account")
    list_select_related = ("actor", "account")
    sortable_by = ()
    search_fields = ("subject",)
    search_help_text = _(
        "The name of a campaign, template, list or key, an object (campaign:12), a message's id,"
        " or a user name."
    )
    readonly_fields = (
        "when",
        "sentence",
        "object_link",
        "by",
        "origin",
        "account",
        "action",
        "link_number",
        "fingerprint",
        "detail_text",
    )
    autocomplete_fields = ()
    date_hierarchy = None
    fieldsets = (
        (None, {"fields": ("sentence", ("when", "by"), ("object_link", "account"), "origin")}),
        (
            _("As it is kept"),
            {"fields": ("action", "detail_text", ("link_number", "fingerprint"))},
        ),
    )
    empty_title = _("Nothing has happened yet")
    empty_text = _("Sign-ins, approvals, launches, exports and changes appear here by themselves.")

    def get_urls(self) -> list[Any]:
        """The log as a file."""
        export = path(
            "export/<slug:form>",
            self.admin_site.admin_view(self.export_view),
            name="compliance_auditentry_export",
        )
        return [export, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related("actor", "account")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By indexes only."""
        term = search_term.strip()
        return (audit_search(queryset, term, request.user) if term else queryset), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The sentences of a page are worked out together."""
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        for row, line in zip(rows, audit_lines(rows), strict=True):
            row.line = _as_seen_by(request.user, line)
        changelist.result_list = rows
        return changelist

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> AuditEntry | None:
        """With its sentence."""
        found: AuditEntry | None = super().get_object(request, *args, **kwargs)
        if found is not None:
            line = _as_seen_by(request.user, _line(found))
            found.line = line  # type: ignore[attr-defined]
        return found

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the addresses of the files of what is shown."""
        query = request.GET.urlencode()
        exports = [
            (form.upper(), f"{reverse('admin:compliance_auditentry_export', args=[form])}?{query}")
            for form in _MEDIA
        ]
        extra = {"exports": exports, "largest_export": LARGEST_EXPORT, **(extra_context or {})}
        return super().changelist_view(request, extra)

    def export_view(self, request: HttpRequest, form: str) -> StreamingHttpResponse:
        """What the filters of the list show, as CSV or JSON."""
        if form not in _MEDIA or not self.has_view_permission(request):
            raise Http404
        changelist = super().get_changelist_instance(request)
        accounts = permitted_accounts(request.user, "compliance.view_auditentry")
        own = next(iter(accounts)) if accounts is not None and len(accounts) == 1 else None
        lines: Iterator[str] = audit_export(
            rows=changelist.queryset.order_by("-pk"),
            form=form,
            account_id=own,
            actor=request.user,  # type: ignore[arg-type]
            filters=request.GET.urlencode()[:500],
        )
        response = StreamingHttpResponse(lines, content_type=_MEDIA[form])
        response["Content-Disposition"] = f'attachment; filename="audit-log.{form}"'
        return response

    @display(description=_("when"), ordering="pk")
    def when(self, obj: AuditEntry) -> datetime:
        return obj.at

    @display(description=_("what happened"))
    def sentence(self, obj: AuditEntry) -> str:
        return _line(obj).sentence

    @display(description=_("object"))
    def object_link(self, obj: AuditEntry) -> SafeString | str:
        line = _line(obj)
        if not line.model:
            return line.name or "–"
        app, model = line.model.split(".")
        try:
            address = reverse(f"admin:{app}_{model}_change", args=[line.pk])
        except NoReverseMatch:
            return line.name
        return format_html(
            '<a class="font-medium text-primary-600 dark:text-primary-500" href="{}">{}</a>',
            address,
            line.name,
        )

    @display(description=_("who"))
    def by(self, obj: AuditEntry) -> str:
        return _line(obj).who

    @display(description=_("from"))
    def origin(self, obj: AuditEntry) -> str:
        facts = obj.detail.get("caller") or {}
        return " · ".join(facts[name] for name in ("address", "agent") if facts.get(name)) or "–"

    @display(description=_("link of the chain"))
    def link_number(self, obj: AuditEntry) -> str:
        return str(links_of([obj]).get(obj.pk, "–"))

    @display(description=_("SHA-256"))
    def fingerprint(self, obj: AuditEntry) -> SafeString:
        return format_html("<code>{}</code>", bytes(obj.digest).hex() or "–")

    @display(description=_("detail"))
    def detail_text(self, obj: AuditEntry) -> SafeString:
        text = json.dumps(obj.detail, ensure_ascii=False, indent=2)
        return format_html("<pre>{}</pre>", text)


def _as_seen_by(user: Any, line: AuditLine) -> AuditLine:
    """Without the way to an object whose pages the reader may not open."""
    if line.model and not user.has_perm(permission_of(line.model, "view")):
        return replace(line, model="")
    return line


def _line(entry: AuditEntry) -> AuditLine:
    found: AuditLine | None = getattr(entry, "line", None)
    return found if found is not None else audit_lines([entry])[0]
