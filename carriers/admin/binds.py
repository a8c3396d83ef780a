from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.forms import Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from carriers.admin.bind_form import STATUS, BindForm, CopyForm, query_values
from carriers.admin.bind_now import now_of, now_part
from carriers.checks.certificates import ALARM_DAYS, certificate_facts, days_left
from carriers.constants import BindKind
from carriers.labels import SESSION_COLOURS, detail_words, session_label
from carriers.models import Bind
from carriers.options import GROUPS, Group
from carriers.presets import PRESETS, PRESETS_BY_CODE
from carriers.selectors.http_configs import webhook_url
from carriers.selectors.sessions import session_of
from carriers.services.binds import (
    bind_copy,
    bind_delete,
    bind_save,
    bind_switch,
    bind_try_again,
)
from carriers.services.refusals import still_refused
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured
from config.common.console.pages import PlatformScopedAdmin
from config.common.errors import DomainError

_HIDDEN = {"http_token", "status_names"}
_READ_ONLY = (
    "session_now",
    "see_also",
    "presets",
    "certificate",
    "webhooks",
)
# Pages about one bind: the page's name, its filter, what the link says.
_PAGES = (
    ("admin:carriers_bindprobe_changelist", "bind__id__exact", _("Tests")),
    ("admin:carriers_sessionevent_changelist", "bind__id__exact", _("All session events")),
)
_HTTP_LEAVES_OUT = {"connection", "tls", "vendor", "errors", "http"}
# Timers of sessions and fields of PDUs, which no request has.
_SMPP_ONLY = frozenset(
    {
        "session_init_timer_seconds",
        "inactivity_timer_seconds",
        "pdu_read_timer_seconds",
        "source_ton",
        "destination_ton",
        "destination_npi",
        "address_charset",
        "data_coding_gsm7",
        "data_coding_ucs2",
        "data_coding_latin1",
        "packs_gsm7",
        "asks_intermediate",
        "receipt_source",
        "text_without_flag",
        "sends_user_message_reference",
        "network_tlv",
        "service_type",
        "protocol_id",
        "priority_flag",
        "replace_if_present",
        "sm_default_msg_id",
        "validity_form",
    }
)


@admin.register(Bind)
class BindAdmin(PlatformScopedAdmin):
    """A page that somebody who never saw SMPP can fill in from an operator's technical sheet."""

    form = BindForm
    list_display = (
        "name",
        "carrier",
        "session",
        "session_detail",
        "endpoint",
        "type_shown",
        "window",
        "throughput_shown",
        "is_enabled",
    )
    list_filter = ("carrier", "kind", "is_enabled", "bind_type")
    list_select_related = ("carrier", "lease")
    search_fields = ("name", "carrier__name", "host", "system_id")
    readonly_fields = _READ_ONLY
    autocomplete_fields = ("carrier",)
    actions_detail = ("connect", "disconnect", "try_again", "copy_bind", "test_bind")
    empty_title = _("No bind yet")
    empty_text = _(
        "A bind is one connection to an operator's SMSC. Have the operator's technical sheet at"
        " hand: address, port, login name and password are enough to begin."
    )

    class Media:
        js = (Script("signalbox/refresh.js", defer=True),)

    def get_urls(self) -> list[Any]:
        """The part of a page that changes by itself."""
        view = self.admin_site.admin_view(self.now_view)
        return [
            path("<int:object_id>/now", view, name="carriers_bind_now"),
            *super().get_urls(),
        ]

    def now_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """How the session stands; asked for every other second while somebody looks."""
        bind = object_or_404(self, request, str(object_id), "view")
        return HttpResponse(now_of(bind))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """One section for each group of options, the first one open."""
        asked = request.POST.get("kind") or request.GET.get("kind", BindKind.SMPP)
        kind = obj.kind if obj else asked
        identity: list[Any] = [("carrier", "name"), "kind", "is_enabled"]
        if obj is None:
            identity.insert(0, "presets")
        lead = _(
            "A carrier worker holds the session of a bind; what you change here it takes over"
            " within seconds, and binds again only where that is needed."
        )
        sections: list[Any] = [(None, {"fields": identity, "description": lead})]
        if obj is not None:
            sections.append((_("Session now"), {"fields": ["session_now", "see_also"]}))
        for at, group in enumerate(_groups(kind)):
            fields = _fields(group, kind)
            if group.code == "tls" and obj is not None and obj.tls_certificate:
                fields.append("certificate")
            if group.code == "http" and obj is not None:
                fields.append("webhooks")
            sections.append(
                (
                    group.title,
                    {
                        "fields": fields,
                        "description": group.lead,
                        "classes": () if at == 0 else ("collapse",),
                    },
                )
            )
        return sections

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A preset fills the form in; nothing is saved by that."""
        preset = PRESETS_BY_CODE.get(request.GET.get("preset", ""))
        values = dict(preset.values) if preset else {}
        if preset:
            messages.info(
                request,
                _("“%(preset)s” is filled in. Complete the first section, then save.")
                % {"preset": preset.title},
            )
        return values | query_values(request.GET, ("carrier", "kind", "name"))

    def save_model(self, request: HttpRequest, obj: Bind, form: Any, change: bool) -> None:
        stored = bind_save(obj if change else None, form.values(), actor_of(request))
        obj.pk = stored.pk
        obj.name = stored.name

    def delete_model(self, request: HttpRequest, obj: Bind) -> None:
        bind_delete(obj, actor_of(request))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Says why a bind cannot go, on its own page."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(_page(object_id))

    def get_actions(self, request: HttpRequest) -> Any:
        """Binds are deleted one by one: each may have messages that wait for it."""
        found = super().get_actions(request)
        found.pop("delete_selected", None)
        return found

    # What is shown

    @coloured(_("session"), SESSION_COLOURS)
    def session(self, obj: Bind) -> tuple[str, Any]:
        found = session_of(obj, clock.now())
        return found.state, session_label(found)

    @display(description=_("detail"))
    def session_detail(self, obj: Bind) -> str:
        found = session_of(obj, clock.now())
        return (
            " · ".join(part for part in (detail_words(found.detail), found.worker) if part) or "–"
        )

    @display(description=_("endpoint"))
    def endpoint(self, obj: Bind) -> str:
        if obj.kind == BindKind.HTTP:
            return obj.http_url
        return f"{obj.host}:{obj.port}" + (" TLS" if obj.use_tls else "")

    @display(description=_("bind type"), ordering="bind_type")
    def type_shown(self, obj: Bind) -> str:
        is_http = obj.kind == BindKind.HTTP
        return obj.get_kind_display() if is_http else obj.get_bind_type_display()

    @display(description=_("throughput"), ordering="throughput")
    def throughput_shown(self, obj: Bind) -> str:
        return f"{obj.throughput:g}" if obj.throughput else str(_("unlimited"))

    @display(description=_("this moment"))
    def session_now(self, obj: Bind) -> str:
        return now_part(obj)

    @display(description=_("see also"))
    def see_also(self, obj: Bind) -> str:
        links = page_links(_PAGES, obj.pk)
        return render_to_string("admin/carriers/bind/links.html", {"links": links})

    @display(description=_("where the carrier posts"))
    def webhooks(self, obj: Bind) -> str:
        """Receipts and replies; each address holds the bind's own secret."""
        links = [(url, url) for what in ("receipts", "replies") if (url := webhook_url(obj, what))]
        return render_to_string("admin/carriers/bind/links.html", {"links": links})

    @display(description=_("start from"))
    def presets(self, obj: Bind) -> str:
        return render_to_string("admin/carriers/bind/presets.html", {"presets": PRESETS})

    @display(description=_("our certificate"))
    def certificate(self, obj: Bind) -> str:
        facts, left = (
            certificate_facts(obj.tls_certificate),
            days_left(obj.tls_certificate, clock.now()),
        )
        if facts is None or left is None:
            return "–"
        words = (
            _("%(subject)s, until %(day)s")
            if left > ALARM_DAYS
            else _("%(subject)s, only until %(day)s: ask for a new one")
        )
        return words % {"subject": facts.subject, "day": facts.ends_at.date().isoformat()}

    # What can be done

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Connect or disconnect, whichever there is to do; a refused one can be tried again."""
        found = self.get_object(request, str(object_id))
        if found is None or not self.may(request, "change", found):
            return []
        hidden = {"connect" if found.is_enabled else "disconnect"}
        if not (found.is_enabled and still_refused([found.pk])):
            hidden.add("try-again")
        found_actions = super().get_actions_detail(request, object_id)
        return [one for one in found_actions if one.path not in hidden]

    @action(
        description=_("Connect"), url_path="connect", icon="link", variant=ActionVariant.SUCCESS
    )
    def connect(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._switch(request, object_id, is_enabled=True)

    @action(
        description=_("Disconnect"),
        url_path="disconnect",
        icon="link_off",
        variant=ActionVariant.DANGER,
    )
    def disconnect(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._switch(request, object_id, is_enabled=False)

    def _switch(self, request: HttpRequest, object_id: str, *, is_enabled: bool) -> HttpResponse:
        bind = object_or_404(self, request, object_id, "change")
        question = _CONNECT if is_enabled else _DISCONNECT
        return confirm(
            request,
            self,
            bind,
            question,
            lambda _values: _done(
                bind_switch(bind, is_enabled=is_enabled, actor=actor_of(request))
            ),
        )

    @action(description=_("Try again"), url_path="try-again", icon="refresh")
    def try_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        bind = object_or_404(self, request, object_id, "change")
        return confirm(
            request,
            self,
            bind,
            _TRY_AGAIN,
            lambda _values: _done(bind_try_again(bind, actor=actor_of(request))),
        )

    @action(description=_("Copy this bind"), url_path="copy", icon="content_copy")
    def copy_bind(self, request: HttpRequest, object_id: str) -> HttpResponse:
        bind = object_or_404(self, request, object_id, "change")

        def act(values: dict[str, Any]) -> None:
            bind_copy(bind, values["name"], actor_of(request))

        return confirm(request, self, bind, _COPY, act, CopyForm)

    @action(description=_("Test the connection"), url_path="test", icon="experiment")
    def test_bind(self, request: HttpRequest, object_id: str) -> HttpResponse:
        bind = object_or_404(self, request, object_id, "change")
        try:
            url = reverse("admin:carriers_bindprobe_add") + f"?bind={bind.pk}"
        except NoReverseMatch:
            messages.warning(request, _("There is no page for tests here."))
            url = _page(object_id)
        return HttpResponseRedirect(url)


def _done(_row: Any) -> None:
    """A service's answer that nobody needs."""


def page_links(pages: Iterable[tuple[str, str, Any]], key: int) -> list[tuple[str, Any]]:
    """Those of the pages that there are, filtered by the key."""
    links = []
    for page, by, label in pages:
        try:
            links.append((f"{reverse(page)}?{by}={key}", label))
        except NoReverseMatch:
            continue
    return links


def _page(object_id: str) -> str:
    return reverse("admin:carriers_bind_change", args=[object_id])


def _groups(kind: str) -> list[Group]:
    """What stands on the technical sheet comes first, and nothing that this kind never reads."""
    if kind != BindKind.HTTP:
        return [group for group in GROUPS if group.code != "http"]
    own = [group for group in GROUPS if group.code == "http"]
    return own + [group for group in GROUPS if group.code not in _HTTP_LEAVES_OUT]


def _fields(group: Group, kind: str) -> list[Any]:
    hidden = _HIDDEN | (_SMPP_ONLY if kind == BindKind.HTTP else frozenset())
    names = [name for name in group.names if name not in hidden]
    return [STATUS if name == "status_classes" else name for name in names]


_CONNECT = Question(
    title=_("Connect this bind?"),
    text=_("A carrier worker binds within seconds, and messages leave over it."),
    submit=_("Connect"),
    done=_("A worker connects it now."),
)
_DISCONNECT = Question(
    title=_("Disconnect this bind?"),
    text=_(
        "Open answers are waited for, then the session ends. Messages that wait take the"
        " carrier's other binds or other routes."
    ),
    submit=_("Disconnect"),
    done=_("The session ends as soon as open answers are in."),
    is_dangerous=True,
)
_TRY_AGAIN = Question(
    title=_("Try this bind again?"),
    text=_(
        "The carrier refused these very values, so nobody has tried them since. Try again once the"
        " carrier says that it has changed something: repeated wrong logins lock accounts."
    ),
    submit=_("Try again"),
    done=_("A worker tries it once more."),
)
_COPY = Question(
    title=_("Copy this bind"),
    text=_("The copy has all options, its password too, and is switched off until you connect it."),
    submit=_("Copy"),
    done=_("The copy is in the list of binds; look at it, then connect it."),
)
