"""What is done to a key on its page: renew it, end its former secret, revoke it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

from compliance.models import ApiKey
from compliance.services.api_keys import api_key_former_end, api_key_revoke, api_key_rotate
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, Text, confirm, object_or_404

_USUAL_OVERLAP = timedelta(days=7)


def _in_a_week() -> Any:
    return timezone.localtime(clock.now() + _USUAL_OVERLAP).replace(second=0, microsecond=0)


class OverlapForm(forms.Form):
    until = forms.SplitDateTimeField(
        label=_("The present secret works until"),
        required=False,
        initial=_in_a_week,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("Time to give the new one to every system. Empty: it ends at once."),
    )


class KeyActionsMixin:
    """The buttons of a key's page."""

    actions_detail: Any = ("rotate", "end_former", "revoke")

    @action(
        description=_("New secret"), url_path="rotate", icon="key", variant=ActionVariant.WARNING
    )
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = object_or_404(self, request, object_id, "revoke")
        made: list[str] = []
        response = confirm(
            request,
            self,
            key,
            Question(
                title=_("Make a new secret?"),
                text=_(
                    "It is shown once. Scopes and limits stay. A secret that was former until"
                    " now ends at once."
                ),
                submit=_("New secret"),
                done=_("The new secret works from now on."),
            ),
            lambda values: made.append(
                api_key_rotate(api_key=key, until=values["until"], actor=actor_of(request))
            ),
            OverlapForm,
        )
        if not made:
            return response
        return self.secret_page(request, key, made[0], _("New secret"))

    @action(description=_("End the former secret"), url_path="end-former", icon="key_off")
    def end_former(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = object_or_404(self, request, object_id, "revoke")
        return confirm(
            request,
            self,
            key,
            Question(
                title=_("End the former secret?"),
                text=_("Whatever still uses it is refused at once. The present one goes on."),
                submit=_("End it"),
                done=_("The former secret works no longer."),
                is_dangerous=True,
            ),
            lambda _values: api_key_former_end(api_key=key, actor=actor_of(request)),
        )

    @action(description=_("Revoke"), url_path="revoke", icon="block", variant=ActionVariant.DANGER)
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = object_or_404(self, request, object_id, "revoke")
        return confirm(
            request,
            self,
            key,
            Question(
                title=_("Revoke this API key?"),
                text=_("Whatever uses it is refused at once. This cannot be undone."),
                submit=_("Revoke"),
                done=_("The API key is revoked."),
                is_dangerous=True,
            ),
            lambda _values: api_key_revoke(api_key=key, actor=actor_of(request)),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only buttons that have something to do."""
        page: Any = self
        found = page.get_object(request, str(object_id))
        if found is None or not page.may(request, "revoke", found):
            return []
        unfit = _unfit(found)
        actions = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [one for one in actions if one.path not in unfit]

    def secret_page(self, request: HttpRequest, key: Model, text: str, title: Text) -> HttpResponse:
        """The page that shows the secret, this once."""
        page: Any = self
        context = {
            **page.admin_site.each_context(request),
            "title": title,
            "opts": page.opts,
            "original": key,
            "key": text,
            "token_url": request.build_absolute_uri("/api/oauth/token"),
            "list_url": reverse(f"admin:compliance_{page.opts.model_name}_changelist"),
        }
        response = TemplateResponse(request, "admin/api_key_created.html", context)
        response["Cache-Control"] = "no-store"
        return response


def _unfit(key: ApiKey) -> set[str]:
    if key.revoked_at:
        return {"rotate", "end-former", "revoke"}
    unfit = {"rotate"} if key.expires_at and key.expires_at <= clock.now() else set()
    return unfit if key.has_former else unfit | {"end-former"}
