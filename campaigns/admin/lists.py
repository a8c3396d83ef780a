from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns.admin.people import actor_of
from campaigns.models import ContactList
from campaigns.selectors.contacts import with_member_count
from campaigns.services.lists import (
    list_add_contacts,
    list_create,
    list_delete,
)
from compliance.scoping import AccountScopedAdmin, ScopedForm
from config.common.console.confirmation import Question, confirm, object_or_404


class ContactListForm(ScopedForm):
    class Meta:
        model = ContactList
        fields = ("account", "name", "description")


class NumbersForm(forms.Form):
    numbers = forms.CharField(
        label=_("Numbers"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}),
        help_text=_("One per line, at most 1,000. For more, or with names, import a file."),
    )

    def clean_numbers(self) -> list[str]:
        """The lines that are not empty."""
        lines = [line.strip() for line in self.cleaned_data["numbers"].splitlines()]
        return [line for line in lines if line]


@admin.register(ContactList)
class ContactListAdmin(AccountScopedAdmin):
    """Audiences of campaigns."""

    change_list_template = "admin/campaigns/contactlist/change_list.html"
    form = ContactListForm
    list_display = ("name", "member_count", "description", "created_at", "account")
    list_filter = ("account",)
    list_select_related = ("account",)
    search_fields = ("name", "description")
    readonly_fields = ("member_count", "created_at")
    autocomplete_fields = ()
    ordering = ("-id",)
    actions_detail = ("import_file", "add_numbers", "write_text")
    fieldsets = (
        (None, {"fields": ("account", "name", "description")}),
        (_("Contacts"), {"fields": (("member_count", "created_at"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_member_count(super().get_queryset(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A list that is not made yet has no contacts."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else fieldsets[:1]

    @display(description=_("contacts"), ordering="members")
    def member_count(self, obj: Any) -> SafeString:
        address = reverse("admin:campaigns_contact_changelist")
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}?{}={}">{}</a>',
            address,
            "memberships__contact_list__id__exact",
            obj.pk,
            number_format(obj.members, force_grouping=True),
        )

    @action(description=_("Import a file"), url_path="import", icon="upload_file")
    def import_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "change")
        upload = reverse("admin:campaigns_contactimport_add")
        return HttpResponseRedirect(f"{upload}?list={found.pk}")

    @action(description=_("Add numbers"), url_path="numbers", icon="person_add")
    def add_numbers(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "change")

        def act(values: dict[str, Any]) -> None:
            entries = [{"number": number} for number in values["numbers"]]
            added = list_add_contacts(
                contact_list=found,
                entries=entries,
                actor=actor_of(request),
            )
            for refusal in added.refused[:20]:
                number = values["numbers"][refusal.index]
                messages.warning(request, f"{number}: {refusal.error.message}")
            text = ngettext(
                "%(count)d contact is new on the list.",
                "%(count)d contacts are new on the list.",
                added.joined,
            )
            messages.info(request, text % {"count": added.joined})

        question = Question(
            title=_("Add numbers to this list"),
            text=_("Contacts you have are put on the list; the others are created."),
            submit=_("Add"),
            done=_("The numbers have been read."),
        )
        return confirm(request, self, found, question, act, NumbersForm)

    @action(description=_("Write a text for it"), url_path="text", icon="edit_note")
    def write_text(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The composer, with the list's size for the cost."""
        found = object_or_404(self, request, object_id, "change")
        composer = reverse("admin:messaging_templateversion_add")
        return HttpResponseRedirect(f"{composer}?audience={found.members}")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """No buttons for people who may only look."""
        found = self.get_object(request, str(object_id))
        can = found is not None and self.may(request, "change", found)
        return super().get_actions_detail(request, object_id) if can else []

    def save_model(self, request: HttpRequest, obj: ContactList, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made = list_create(
            account=obj.account,
            name=obj.name,
            description=obj.description,
            actor=actor_of(request),
        )
        obj.pk, obj.created_at = made.pk, made.created_at

    def delete_model(self, request: HttpRequest, obj: ContactList) -> None:
        list_delete(contact_list=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ContactList]) -> None:
        for contact_list in queryset:
            list_delete(contact_list=contact_list, actor=actor_of(request))
