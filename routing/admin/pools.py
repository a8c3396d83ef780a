"""Pages about pools of senders and fallback rules: the customer's own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.scoping import AccountScopedAdmin, ScopedForm, ScopedTabularInline
from config.common.console.labels import coloured
from routing.constants import FallbackCause, SenderKind
from routing.models import SenderFallback, SenderPool, SenderPoolMember
from routing.services.lookup_settings import fallback_check, member_check, pool_check

_STATES = {"active": "success", "inactive": "danger"}


class MemberInline(ScopedTabularInline):
    """The pool's senders."""

    model = SenderPoolMember
    hide_title = True
    extra = 1
    fields = ("sender", "weight")
    autocomplete_fields = ("sender",)


class PoolForm(ScopedForm):
    class Meta:
        model = SenderPool
        fields = (
            "account",
            "name",
            "country",
            "message_classes",
            "spread",
            "is_sticky",
            "sticky_days",
            "is_active",
        )


@admin.register(SenderPool)
class SenderPoolAdmin(AccountScopedAdmin):
    """Senders that stand in for each other under one name."""

    form = PoolForm
    list_display = ("name", "account", "country", "state", "member_count", "spread", "is_sticky")
    list_filter = ("account", "country", "is_active")
    list_select_related = ("account",)
    search_fields = ("name",)
    readonly_fields = ()
    autocomplete_fields = ()
    inlines = (MemberInline,)
    empty_text = _("Put several senders under one name, and campaigns share their messages.")
    fieldsets = (
        (
            None,
            {
                "fields": ("account", ("name", "country"), "message_classes", "is_active"),
                "description": _(
                    "Campaigns and API requests name the pool as their sender. Each person gets the"
                    " sender they know; a new one gets one by the spread. Senders out of lease, of"
                    " another class or not registered with the person's network are left out."
                ),
            },
        ),
        (_("Who writes to whom"), {"fields": ("spread", ("is_sticky", "sticky_days"))}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("members")

    @coloured(_("state"), _STATES, ordering="is_active")
    def state(self, obj: SenderPool) -> tuple[str, object]:
        return ("active", _("Active")) if obj.is_active else ("inactive", _("Inactive"))

    @display(description=_("senders"))
    def member_count(self, obj: SenderPool) -> int:
        return len(obj.members.all())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        pool_check(obj)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for one in formset.save(commit=False):
            member_check(form.instance, one.sender)
        super().save_formset(request, form, formset, change)


class FallbackForm(ScopedForm):
    class Meta:
        model = SenderFallback
        fields = (
            "account",
            "order",
            "sender",
            "sender_kind",
            "message_classes",
            "causes",
            "errors",
            "to_sender",
            "to_pool",
            "is_active",
        )


@admin.register(SenderFallback)
class SenderFallbackAdmin(AccountScopedAdmin):
    """What a message leaves from where its own sender fails."""

    form = FallbackForm
    list_display = ("replaced", "replacement", "account", "causes_shown", "order", "state")
    list_filter = ("account", "is_active")
    list_select_related = ("account", "sender", "to_sender", "to_pool")
    search_fields = ("sender__address", "to_sender__address", "to_pool__name")
    readonly_fields = ()
    autocomplete_fields = ("sender", "to_sender", "to_pool")
    empty_text = _("For example: where a short code finds no route, send from the brandname.")
    fieldsets = (
        (
            None,
            {
                "fields": ("account", ("sender", "sender_kind"), "message_classes", "order"),
                "description": _(
                    "At most once for a message. Registration, consent, sending hours and text are"
                    " checked anew for the other sender, and the message's trace tells it."
                ),
            },
        ),
        (_("When"), {"fields": ("causes", "errors")}),
        (_("Instead"), {"fields": (("to_sender", "to_pool"), "is_active")}),
    )

    @display(description=_("instead of"))
    def replaced(self, obj: SenderFallback) -> str:
        return str(obj.sender or SenderKind(obj.sender_kind).label)

    @display(description=_("send from"))
    def replacement(self, obj: SenderFallback) -> str:
        return str(obj.to_sender or obj.to_pool)

    @display(description=_("when"))
    def causes_shown(self, obj: SenderFallback) -> str:
        return ", ".join(str(FallbackCause(cause).label) for cause in obj.causes)

    @coloured(_("state"), _STATES, ordering="is_active")
    def state(self, obj: SenderFallback) -> tuple[str, object]:
        return ("active", _("Active")) if obj.is_active else ("inactive", _("Inactive"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        fallback_check(obj)
        super().save_model(request, obj, form, change)
