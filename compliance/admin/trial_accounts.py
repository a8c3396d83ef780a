"""Numbers that accounts on trial may write to."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.admin.number_form import NumberForm
from compliance.models import VerifiedNumber
from compliance.scoping import AccountScopedAdmin
from compliance.services.trial_accounts import number_forget, number_verified
from config.common.console.actors import actor_of


class VerifiedNumberForm(NumberForm):
    class Meta:
        model = VerifiedNumber
        fields = ("account", "msisdn", "note")


@admin.register(VerifiedNumber)
class VerifiedNumberAdmin(AccountScopedAdmin):
    """A code that was read from the phone verifies its number; an administrator adds one by
    hand."""

    form = VerifiedNumberForm
    list_display = ("number", "account", "note", "source", "verified_at")
    list_filter = ("account", "source")
    list_select_related = ("account",)
    search_fields = ("msisdn", "note")
    readonly_fields = ("source", "verified_at")
    autocomplete_fields = ()
    fieldsets = (
        (
            None,
            {
                "fields": ("account", "msisdn", "note"),
                "description": _(
                    "Accounts on trial write only to verified numbers. Make sure that the phone"
                    " belongs to somebody of the account."
                ),
            },
        ),
    )
    empty_title = _("No verified number yet")
    empty_text = _(
        "Accounts on trial write only to verified numbers: start a verification for one and"
        " check its code, and it is added here."
    )

    @display(description=_("number"), ordering="msisdn")
    def number(self, obj: VerifiedNumber) -> str:
        return str(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A number is another one, or none."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = number_verified(
            account=form.cleaned_data["account"],
            msisdn=form.cleaned_data["msisdn"],
            source=VerifiedNumber.Source.ADMINISTRATOR.value,
            note=form.cleaned_data["note"],
            actor=actor_of(request),
        )
        obj.pk, obj.msisdn, obj.verified_at = made.pk, made.msisdn, made.verified_at

    def delete_model(self, request: HttpRequest, obj: VerifiedNumber) -> None:
        number_forget(number=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for number in queryset:
            number_forget(number=number, actor=actor_of(request))
