from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin.fields import AttributesField
from campaigns.admin.people import actor_of
from campaigns.models import Contact
from campaigns.selectors.contacts import contact_search, contact_standings, lists_of
from campaigns.services.contacts import contact_create, contact_delete, contact_update
from compliance.number_lists import country_of
from compliance.scoping import AccountScopedAdmin, ScopedForm
from routing.numbers import display as display_number

_GIVEN = ("name", "language", "timezone", "attributes")


class OnListFilter(admin.RelatedFieldListFilter):
    """Contacts of a list; it holds even where there is only one list to choose."""

    def has_output(self) -> bool:
        return True


class ContactForm(ScopedForm):
    number = forms.CharField(
        label=_("Number"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As people write it: 0912 345 678 or +84 912 345 678."),
    )
    attributes = AttributesField()

    class Meta:
        model = Contact
        fields = ("account", "name", "language", "timezone", "attributes")


class ContactChangeForm(ScopedForm):
    attributes = AttributesField()

    class Meta:
        model = Contact
        fields = ("name", "language", "timezone", "attributes")


@admin.register(Contact)
class ContactAdmin(AccountScopedAdmin):
    """People of an account by their number, with what they agreed to."""

    change_list_template = "admin/campaigns/contact/change_list.html"
    change_form_before_template = "admin/number_link.html"

    list_display = ("phone", "full_name", "language", "country", "updated_at", "account")
    list_display_links = ("phone", "full_name")
    list_filter = (("memberships__contact_list", OnListFilter), "country", "language", "account")
    list_select_related = ("account",)
    search_fields = ("name",)
    search_help_text = _("A number in any notation, or a name with or without accents.")
    autocomplete_fields = ()
    ordering = ("-id",)
    readonly_fields = (
        "phone",
        "country",
        "attribute_lines",
        "standing",
        "lists",
        "created_at",
        "updated_at",
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("account", "number", "name", "language", "timezone", "attributes"),
                "description": _(
                    "For many contacts at once, import a file: it merges those you have."
                ),
            },
        ),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "account",
                    "phone",
                    "name",
                    ("language", "country"),
                    "timezone",
                    "attributes",
                )
            },
        ),
        (_("Consent and suppressions"), {"fields": ("standing",)}),
        (_("Lists"), {"fields": ("lists", ("created_at", "updated_at"))}),
    )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The number is asked for once: it is who the contact is."""
        kwargs["form"] = ContactChangeForm if obj else ContactForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None:
            return list(self.add_fieldsets)
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        title, options = self.fieldsets[0]
        fields = (*options["fields"][:-1], "attribute_lines")
        return [(title, {**options, "fields": fields}), *self.fieldsets[1:]]

    @display(description=_("attributes"))
    def attribute_lines(self, obj: Contact) -> SafeString | str:
        """For those who only read."""
        return format_html_join(mark_safe("<br>"), "{}: {}", obj.attributes.items()) or "–"

    @display(description=_("number"), ordering="msisdn")
    def phone(self, obj: Contact) -> str:
        return display_number(obj.msisdn)

    @display(description=_("name"), ordering="name_folded")
    def full_name(self, obj: Contact) -> str:
        return obj.name or "–"

    @display(description=_("in force"))
    def standing(self, obj: Contact) -> SafeString:
        """What the person agreed to and refused; it outlives the contact."""
        return render_to_string(
            "admin/campaigns/contact/standing.html", {"standings": contact_standings(obj)}
        )

    @display(description=_("on lists"))
    def lists(self, obj: Contact) -> SafeString | str:
        links = [
            (reverse("admin:campaigns_contactlist_change", args=[found.pk]), found.name)
            for found in lists_of(obj)
        ]
        return format_html_join(", ", '<a class="text-primary-600" href="{}">{}</a>', links) or "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        if not search_term.strip():
            return queryset, False
        return contact_search(queryset, search_term, country_of(request)), False

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in _GIVEN}
        if change:
            values["attributes"] = _replaced(obj.pk, values["attributes"])
            contact_update(contact=obj, actor=actor_of(request), **values)
            return
        made = contact_create(
            account=form.cleaned_data["account"],
            number=form.cleaned_data["number"],
            actor=actor_of(request),
            **values,
        )
        obj.pk, obj.msisdn = made.pk, made.msisdn

    def delete_model(self, request: HttpRequest, obj: Contact) -> None:
        contact_delete(contact=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        for contact in queryset:
            contact_delete(contact=contact, actor=actor_of(request))


def _replaced(contact_id: int, attributes: dict[str, str]) -> dict[str, str | None]:
    """The form shows every attribute, so one that is no longer there is taken away."""
    known = Contact.objects.values_list("attributes", flat=True).get(pk=contact_id)
    return dict.fromkeys(known) | attributes
