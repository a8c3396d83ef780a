from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin.people import actor_of
from campaigns.admin.trigger_common import address_of, console_page, post_sample
from campaigns.admin.trigger_presets import TriggerPresets
from campaigns.admin.trigger_try import TriggerTry
from campaigns.models import TriggerSource
from campaigns.selectors.trigger_pages import mapping_rows, recent_counts
from campaigns.selectors.triggers import with_counts
from campaigns.services.triggers.common import sentence
from campaigns.services.triggers.sources import (
    FIELDS,
    Made,
    source_change,
    source_create,
    source_delete,
    source_rotate,
)
from compliance.scoping import AccountScopedAdmin, ScopedForm
from config.common import clock
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import flag, label
from config.common.durations import since
from config.common.errors import InvalidError


class SourceForm(ScopedForm):
    own_secret = forms.CharField(
        label=_("Signing secret"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Where the platform chooses it. Empty: one is made here and shown once."),
    )

    class Meta:
        model = TriggerSource
        fields = ("account", *FIELDS)


class SecretForm(forms.Form):
    secret = forms.CharField(
        label=_("New secret"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Where the platform chooses it. Empty: one is made here and shown once."),
    )


@admin.register(TriggerSource)
class TriggerSourceAdmin(TriggerPresets, TriggerTry, AccountScopedAdmin):
    """Platforms that tell of events: address and signature, and how it goes."""

    form = SourceForm
    has_one_save_button = True
    change_form_outer_before_template = "admin/campaigns/triggersource/setup.html"
    change_list_template = "admin/campaigns/triggersource/change_list.html"
    list_display = ("name", "account", "state", "mode", "mappings_on", "last_event", "refused")
    list_filter = ("is_enabled", "is_test", "account")
    list_select_related = ("account",)
    search_fields = ("name",)
    search_help_text = _("A source's name.")
    readonly_fields = ()
    autocomplete_fields = ()
    actions_list = ("presets",)
    actions_detail = ("try_out", "show_events", "rotate")
    fieldsets = (
        (None, {"fields": ("account", "name", "is_enabled", "is_test")}),
        (
            _("How the platform signs"),
            {
                "fields": ("signature", "own_secret"),
                "description": _(
                    "Every request is signed with a secret that only the platform and you know;"
                    " whatever is not signed is refused. Standard Webhooks sends the headers"
                    " webhook-id, webhook-timestamp and webhook-signature and needs nothing else"
                    " here. Most other platforms put an HMAC into one header: their documentation"
                    " names it."
                ),
            },
        ),
        (
            _("HMAC in a header"),
            {
                "fields": (
                    ("header", "prefix"),
                    ("algorithm", "encoding"),
                    "signed_content",
                    ("timestamp_header", "id_header"),
                    ("timestamp_member", "signature_member"),
                    "tolerance_seconds",
                ),
                "description": _(
                    "Only for “HMAC of the body”. Where the time is signed too, old requests"
                    " cannot be sent again by somebody who has seen them: choose that if the"
                    " platform can."
                ),
            },
        ),
        (
            _("Where the event says what it is"),
            {"fields": (("name_from", "name_at"), ("key_from", "key_at"))},
        ),
        (
            _("Limits"),
            {"fields": (("dedupe_hours", "payload_days"), "allowed_addresses")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the number of mappings that are on."""
        return with_counts(super().get_queryset(request))

    @display(description=_("state"))
    def state(self, obj: TriggerSource) -> SafeString:
        if not obj.is_enabled:
            return label(_("Off"), "")
        if _refuses(obj):
            return label(_("Refuses requests"), "danger")
        if obj.last_event_at is None:
            return label(_("Waits for the first event"), "info")
        return label(_("On"), "success")

    @display(description=_("mode"), ordering="is_test")
    def mode(self, obj: TriggerSource) -> Any:
        return flag(_("Sandbox"), is_on=obj.is_test)

    @display(description=_("active mappings"))
    def mappings_on(self, obj: Any) -> int:
        return int(obj.active_mappings)

    @display(description=_("last event"), ordering="last_event_at")
    def last_event(self, obj: TriggerSource) -> str:
        return _ago(obj.last_event_at)

    @display(description=_("last refused"), ordering="refused_at")
    def refused(self, obj: TriggerSource) -> str:
        return _ago(obj.refused_at)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The secret of one that is there is renewed by its own button."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        return [
            (
                title,
                {**options, "fields": [one for one in options["fields"] if one != "own_secret"]},
            )
            for title, options in fieldsets
        ]

    def get_urls(self) -> list[Any]:
        """A preset, being used."""
        use = path(
            "use/", self.admin_site.admin_view(self.use_view), name="campaigns_triggersource_use"
        )
        return [use, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With how it goes, and what the platform needs."""
        source = context.get("original")
        if source is not None:
            mappings = mapping_rows(source)
            mapping = mappings[0].mapping if mappings else None
            results, has_more = recent_counts(source)
            context |= {
                "address": address_of(request, source),
                "source_key": str(source.pk),
                "refuses": _refuses(source),
                "refusal": sentence(source.refused_code, source.refused_params),
                "mappings": mappings,
                "results": results,
                "counts_latest": sum(count for _kind, count in results) if has_more else 0,
                "sample": post_sample(request, source, mapping),
                "may_map": request.user.has_perm("campaigns.add_triggermapping", source),
                "overlap_until": _overlap(source),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: TriggerSource, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in FIELDS if name in form.cleaned_data}
        if change:
            made = source_change(source=obj, values=values, actor=actor_of(request))
            if "is_test" in form.changed_data and not made.source.is_test:
                said = _(
                    "The sandbox is off: what its events send from now on reaches people and costs"
                    " money."
                )
                messages.warning(request, said)
        else:
            made = _created(request, obj, values, form.cleaned_data.get("own_secret", ""))
        obj.pk, obj.key = made.source.pk, made.source.key
        request.made_source = made  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: TriggerSource, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret_page(request, request.made_source)  # type: ignore[attr-defined]

    def response_change(self, request: HttpRequest, obj: TriggerSource) -> HttpResponse:
        """A new way of signing may need a new secret."""
        made = request.made_source  # type: ignore[attr-defined]
        if made.secret is not None:
            return self._secret_page(request, made)
        return super().response_change(request, obj)

    def delete_model(self, request: HttpRequest, obj: TriggerSource) -> None:
        source_delete(source=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for source in queryset:
            source_delete(source=source, actor=actor_of(request))

    def get_actions_list(self, request: HttpRequest) -> Any:
        """Presets for those who may make a source."""
        return super().get_actions_list(request) if self.may(request, "add") else []

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """A new secret for those who keep the source; the rest for everybody who sees it."""
        found = self.get_object(request, str(object_id))
        if found is None:
            return []
        can = self.may(request, "change", found)
        actions = super().get_actions_detail(request, object_id)
        return [one for one in actions if can or not one.action_name.endswith("_rotate")]

    @action(description=_("Start from a preset"), url_path="presets", icon="widgets")
    def presets(self, request: HttpRequest) -> HttpResponse:
        return self.presets_page(request)

    @action(description=_("Try an event"), url_path="try", icon="science")
    def try_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.try_page(request, object_or_404(self, request, object_id, "view"))

    @action(description=_("Events received"), url_path="events", icon="list_alt")
    def show_events(self, request: HttpRequest, object_id: str) -> HttpResponse:
        source = object_or_404(self, request, object_id, "view")
        page = reverse("admin:campaigns_triggerevent_changelist")
        return HttpResponseRedirect(f"{page}?source__id__exact={source.pk}")

    @action(
        description=_("New secret"), url_path="rotate", icon="key", variant=ActionVariant.WARNING
    )
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        source = object_or_404(self, request, object_id, "change")
        made: list[Any] = []
        response = confirm(
            request,
            self,
            source,
            Question(
                title=_("Make a new signing secret?"),
                text=_(
                    "It is shown once. For a day requests signed with the old one are taken too,"
                    " so that nothing is lost until the platform has the new one."
                ),
                submit=_("New secret"),
                done=_("The new secret works from now on."),
            ),
            lambda values: made.append(
                source_rotate(source=source, actor=actor_of(request), secret=values["secret"])
            ),
            SecretForm,
        )
        return self._secret_page(request, made[0]) if made else response

    def _secret_page(self, request: HttpRequest, made: Any) -> HttpResponse:
        source = made.source
        context = {
            "original": source,
            "secret": made.secret,
            "address": address_of(request, source),
            "sample": post_sample(request, source, None),
        }
        title = gettext("Address and signing secret")
        response = console_page(self, request, "triggersource/secret.html", title, context)
        response["Cache-Control"] = "no-store"
        return response


def _created(request: HttpRequest, obj: TriggerSource, values: Any, secret: str) -> Made:
    try:
        return source_create(
            account=obj.account, values=values, actor=actor_of(request), secret=secret
        )
    except InvalidError as error:
        if error.field != "secret":
            raise
        raise InvalidError(error.code, str(error.message), field="own_secret") from error


def _refuses(source: TriggerSource) -> bool:
    """Whether its last request was refused."""
    if source.refused_at is None:
        return False
    return source.last_event_at is None or source.refused_at > source.last_event_at


def _overlap(source: TriggerSource) -> Any:
    until = source.previous_secret_until
    return until if until is not None and until > clock.now() else None


def _ago(at: Any) -> str:
    if at is None:
        return "–"
    return gettext("%(time)s ago") % {"time": since(at, clock.now())}
