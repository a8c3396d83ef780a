from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminURLInputWidget

from compliance.scoping import AccountScopedAdmin, ScopedForm
from config.common.console.confirmation import Question, confirm, object_or_404
from messaging.admin.labels import ago, change_page, label
from messaging.admin.pages import ListPage
from messaging.models import WebhookEndpoint
from messaging.services.webhooks import (
    webhook_delete,
    webhook_put,
    webhook_rotate,
    webhook_test,
)


class EndpointForm(ScopedForm):
    url = forms.URLField(
        label=_("URL"), max_length=500, assume_scheme="https", widget=UnfoldAdminURLInputWidget
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("account", "url", "country", "event_types", "is_enabled")


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ListPage, AccountScopedAdmin):
    """Where an account's events are posted; the signing secret is shown once."""

    form = EndpointForm
    has_one_save_button = True
    list_display = ("url", "account", "state", "events", "failing")
    list_filter = ("is_enabled", "account")
    list_select_related = ("account",)
    search_fields = ("url",)
    autocomplete_fields = ()
    readonly_fields = ("state", "failing", "position", "disabled_reason")
    actions_detail = ("try_out", "rotate")
    empty_title = _("No webhook yet")
    empty_text = _("Events can also be polled: GET /api/v1/events.")
    fieldsets = (
        (
            None,
            {
                "fields": ("account", ("url", "country"), "event_types", "is_enabled"),
                "description": _(
                    "Each event is posted as JSON, signed as Standard Webhooks says, and tried"
                    " again until your system answers 2xx."
                ),
            },
        ),
        (_("Health"), {"fields": (("state", "failing"), ("position", "disabled_reason"))}),
    )

    @display(description=_("state"))
    def state(self, obj: WebhookEndpoint) -> SafeString:
        if not obj.is_enabled:
            return label(_("Disabled"), "danger")
        if obj.account.residency and obj.country not in obj.account.residency:
            return label(_("Outside of where the data stays"), "danger")
        failing = obj.failing_since is not None
        return label(_("Failing"), "warning") if failing else label(_("Enabled"), "success")

    @display(description=_("failing for"))
    def failing(self, obj: WebhookEndpoint) -> str:
        return ago(obj.failing_since)

    @display(description=_("events"))
    def events(self, obj: WebhookEndpoint) -> str:
        return ", ".join(obj.event_types) or gettext("every event")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """One that is not made yet has no health."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else fieldsets[:1]

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool
    ) -> None:
        names = ("url", "country", "event_types", "is_enabled")
        values = {name: form.cleaned_data[name] for name in names}
        stored = webhook_put(account=obj.account, actor=request.user, **values)
        obj.pk = stored.endpoint.pk
        request.new_secret = stored.secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        secret = request.new_secret  # type: ignore[attr-defined]
        return self._secret_page(request, obj, secret)

    def delete_model(self, request: HttpRequest, obj: WebhookEndpoint) -> None:
        webhook_delete(account=obj.account, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for endpoint in queryset.select_related("account"):
            webhook_delete(account=endpoint.account, actor=request.user)

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
            lambda _values: answers.append(webhook_test(account=endpoint.account)),
        )
        return _tested(request, response, answers)

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
                webhook_rotate(account=endpoint.account, actor=request.user).secret
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
        messages.success(request, said)
    elif answer.status is not None:
        said = gettext("The endpoint answered %(status)d; only 2xx says that it took the event.")
        messages.error(request, said % {"status": answer.status})
    else:
        said = gettext("The endpoint did not answer: %(error)s.")
        messages.error(request, said % {"error": answer.error})
    return response
