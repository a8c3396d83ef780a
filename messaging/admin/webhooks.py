from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminURLInputWidget,
)

from compliance.scoping import AccountScopedAdmin, ScopedForm
from config.common.console.confirmation import Question, confirm, object_or_404
from messaging.admin.labels import change_page
from messaging.admin.pages import ListPage
from messaging.admin.webhook_health import HealthMixin
from messaging.constants import EventType
from messaging.models import WebhookEndpoint
from messaging.services.webhook_replays import Choice, Replayed, deliveries_replay
from messaging.services.webhooks import (
    webhook_add,
    webhook_change,
    webhook_delete,
    webhook_rotate,
    webhook_test,
)

_KEPT = ("name", "url", "country", "event_types", "senders", "is_ordered", "is_enabled")
_SHOWN = 200


class EndpointForm(ScopedForm):
    url = forms.URLField(
        label=_("URL"),
        max_length=500,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
        help_text=_("On the public internet; https, with a certificate that fits the name."),
    )
    client_key = forms.CharField(
        label=_("client key"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(
            attrs={"rows": 4, "autocomplete": "new-password", "spellcheck": "false"}
        ),
        help_text=_("Its private key in PEM. Never shown again; empty: the present one stays."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = (*_KEPT, "account", "client_certificate", "client_key")
        widgets = {
            "client_certificate": UnfoldAdminTextareaWidget(
                attrs={"rows": 4, "spellcheck": "false"}
            )
        }
        help_texts = {
            "client_certificate": _(
                "In PEM, with its chain: only where the receiver asks who calls (mutual TLS). Empty:"
                " none."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The key never leaves again."""
        super().__init__(*args, **kwargs)
        self.initial.pop("client_key", None)


class ReplayForm(forms.Form):
    status = forms.ChoiceField(
        label=_("Deliveries"),
        required=False,
        initial="failed",
        choices=[
            ("failed", _("Given up")),
            ("delivered", _("Delivered")),
            ("", _("Every event, also what this webhook never had")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    since = forms.SplitDateTimeField(
        label=_("From"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("Needed for every event; of deliveries empty means all."),
    )
    until = forms.SplitDateTimeField(
        label=_("Until"), required=False, widget=UnfoldAdminSplitDateTimeWidget
    )
    event_types = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        choices=EventType.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None ticked: all that the webhook asks for."),
    )


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(HealthMixin, ListPage, AccountScopedAdmin):
    """Where events of an account are posted; the signing secret is shown once."""

    form = EndpointForm
    has_one_save_button = True
    list_display = (
        "name",
        "url",
        "account",
        "state",
        "success",
        "median",
        "waiting",
        "given_up",
        "failing",
    )
    list_filter = ("is_enabled", "account")
    list_select_related = ("account",)
    search_fields = ("name", "url")
    search_help_text = _("A name, or a part of an URL.")
    autocomplete_fields = ()
    readonly_fields = (
        "state",
        "failing",
        "success",
        "success_of_day",
        "median",
        "waiting",
        "given_up",
        "position",
        "disabled_reason",
        "signatures",
        "certificate",
    )
    actions_detail = ("try_out", "deliveries", "replay", "rotate")
    empty_title = _("No webhook yet")
    empty_text = _("Events can also be polled: GET /api/v1/events.")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "account",
                    ("name", "is_enabled"),
                    ("url", "country"),
                    "event_types",
                    "senders",
                    "is_ordered",
                ),
                "description": _(
                    "Each event is posted as JSON, signed as Standard Webhooks says, and tried"
                    " again until your system answers 2xx."
                ),
            },
        ),
        (
            _("Client certificate"),
            {"fields": ("client_certificate", "client_key"), "classes": ("collapse",)},
        ),
        (
            _("Health"),
            {
                "fields": (
                    ("state", "failing"),
                    ("success", "success_of_day"),
                    ("median", "waiting"),
                    ("given_up", "position"),
                    ("signatures", "certificate"),
                    "disabled_reason",
                )
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """One that is not made yet has no health."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else fieldsets[:-1]

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool
    ) -> None:
        values = {name: form.cleaned_data[name] for name in _KEPT} | _identity(form)
        if change:
            webhook_change(
                account=obj.account, endpoint_id=obj.pk, values=values, actor=request.user
            )
            return
        stored = webhook_add(account=obj.account, values=values, actor=request.user)
        obj.pk = stored.endpoint.pk
        request.new_secret = stored.secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        secret = request.new_secret  # type: ignore[attr-defined]
        return self._secret_page(request, obj, secret)

    def delete_model(self, request: HttpRequest, obj: WebhookEndpoint) -> None:
        webhook_delete(account=obj.account, endpoint_id=obj.pk, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for endpoint in queryset.select_related("account"):
            self.delete_model(request, endpoint)

    @action(description=_("Send a test event"), url_path="test", icon="send")
    def try_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = object_or_404(self, request, object_id, "change")
        answers: list[Any] = []
        response = confirm(
            request,
            self,
            endpoint,
            Question(
                title=_("Send a test event?"),
                text=_("A signed “webhook.test” is posted to the URL now; it is not tried again."),
                submit=_("Send"),
                done=_("The test event was posted."),
            ),
            lambda _values: answers.append(
                webhook_test(account=endpoint.account, endpoint_id=endpoint.pk)
            ),
        )
        return _tested(request, response, answers)

    @action(description=_("Deliveries"), url_path="deliveries", icon="outbox")
    def deliveries(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = object_or_404(self, request, object_id, "view")
        listed = reverse("admin:messaging_webhookdelivery_changelist")
        return HttpResponseRedirect(f"{listed}?endpoint__id__exact={endpoint.pk}")

    @action(description=_("Deliver again"), url_path="replay", icon="replay")
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = object_or_404(self, request, object_id, "change")
        made: list[Replayed] = []
        response = confirm(
            request,
            self,
            endpoint,
            Question(
                title=_("Deliver events again?"),
                text=_(
                    "Your system gets them once more, with the ids of the first time. At most"
                    " 100,000 at a time."
                ),
                submit=_("Deliver again"),
                done=_("They are tried again now."),
            ),
            lambda values: made.append(_replayed(endpoint, values, request.user)),
            ReplayForm,
        )
        if made:
            said = ngettext(
                "%(count)d event; what waited already is left as it is.",
                "%(count)d events; what waited already is left as it is.",
                made[0].replayed,
            )
            messages.info(request, said % {"count": made[0].replayed})
        return response

    @action(
        description=_("New secret"), url_path="rotate", icon="key", variant=ActionVariant.WARNING
    )
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = object_or_404(self, request, object_id, "change")
        made: list[str | None] = []
        response = confirm(
            request,
            self,
            endpoint,
            Question(
                title=_("Make a new signing secret?"),
                text=_("It is shown once. For a day events are signed with the old one too."),
                submit=_("New secret"),
                done=_("The new secret signs from now on."),
            ),
            lambda _values: made.append(
                webhook_rotate(
                    account=endpoint.account, endpoint_id=endpoint.pk, actor=request.user
                ).secret
            ),
        )
        return self._secret_page(request, endpoint, made[0]) if made else response

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        found = self.get_object(request, str(object_id))
        can = found is not None and self.may(request, "change", found)
        return super().get_actions_detail(request, object_id) if can else []

    def _secret_page(
        self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str | None
    ) -> HttpResponse:
        back = change_page("messaging.webhookendpoint", endpoint.pk)
        if secret is None:
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Signing secret"),
            "opts": self.opts,
            "original": endpoint,
            "secret": secret,
            "back": back,
        }
        response = TemplateResponse(request, "admin/messaging/webhook/secret.html", context)
        response["Cache-Control"] = "no-store"
        return response


def _tested(request: HttpRequest, response: HttpResponse, answers: list[Any]) -> HttpResponse:
    if not answers:
        return response
    answer = answers[0]
    if answer.is_success:
        said = gettext("The endpoint answered %(status)d.") % {"status": answer.status}
        messages.success(request, said + _said(answer))
    elif answer.status is not None:
        said = gettext("The endpoint answered %(status)d; only 2xx says that it took the event.")
        messages.error(request, said % {"status": answer.status} + _said(answer))
    else:
        said = gettext("The endpoint did not answer: %(error)s.")
        messages.error(request, said % {"error": answer.error})
    return response


def _said(answer: Any) -> str:
    """How long it took and how the body begins."""
    took = gettext("It took %(count)d ms.") % {"count": answer.milliseconds}
    body = " ".join(answer.body.split())[:_SHOWN]
    return f" {took}" + (f" “{body}”" if body else "")


def _identity(form: Any) -> dict[str, str]:
    """Certificate and key where one of them was touched; without a certificate there is none."""
    certificate, key = form.cleaned_data["client_certificate"], form.cleaned_data["client_key"]
    if not certificate.strip() and not key.strip():
        return {"client_certificate": "", "client_key": ""}
    if key.strip():
        return {"client_certificate": certificate, "client_key": key}
    return {"client_certificate": certificate} if "client_certificate" in form.changed_data else {}


def _replayed(endpoint: WebhookEndpoint, values: dict[str, Any], actor: Any) -> Replayed:
    choice = Choice(
        status=values["status"] or None,
        since=values["since"],
        until=values["until"],
        event_types=values["event_types"],
    )
    return deliveries_replay(
        account=endpoint.account, endpoint_id=endpoint.pk, choice=choice, actor=actor
    )
