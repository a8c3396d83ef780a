from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from compliance.scoping import AccountScopedAdmin
from compliance.selectors.access import limited, permitted_accounts
from config.common import clock
from config.common.console.labels import label
from messaging.admin.labels import change_page, link
from messaging.admin.pages import ListPage
from messaging.admin.registration_form import ReasonForm, RegisterForm
from messaging.admin.registration_texts import registration_rows, texts_context
from messaging.models import TemplateRegistration, TemplateVersion
from messaging.selectors.registration_standing import (
    EXPIRES_SOON,
    expiring,
    missing_networks,
    registrable,
    standings_of,
)
from messaging.services.templates.registrations import (
    registration_change,
    registrations_record,
)
from routing.constants import RegistrationState

STATE_COLOURS = {
    RegistrationState.PENDING: "info",
    RegistrationState.REGISTERED: "success",
    RegistrationState.REJECTED: "danger",
    RegistrationState.EXPIRED: "warning",
}


class ExpiryFilter(admin.SimpleListFilter):
    title = _("last day")
    parameter_name = "expiry"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("soon", _("Within 30 days")), ("over", _("Past"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = clock.now().date()
        if self.value() == "soon":
            return expiring(queryset, since=today, until=today + EXPIRES_SOON)
        if self.value() == "over":
            return expiring(queryset, since=date.min, until=today - timedelta(days=1))
        return queryset


@admin.register(TemplateRegistration)
class TemplateRegistrationAdmin(ListPage, AccountScopedAdmin):
    """Which network has which text on its list, and until when."""

    form = ReasonForm
    has_one_save_button = True
    list_display = ("name", "network", "state_label", "reference", "last_day", "class_label")
    list_filter = ("network", "state", ExpiryFilter, "version__template__account")
    list_select_related = ("version__template__account", "network")
    search_fields = ("reference", "version__template__name", "version__template__slug")
    search_help_text = _("A network's reference, or a template's name or short name.")
    autocomplete_fields = ()
    readonly_fields = ("version_link", "name", "network", "account_name")
    change_form_outer_after_template = "admin/messaging/templateregistration/text.html"
    empty_title = _("No registration yet")
    empty_text = _(
        "Networks that demand it carry only texts they have registered. Record here what was"
        " asked for and what they answered."
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "version",
                    "networks",
                    ("state", "reference"),
                    "expires_on",
                    "reason",
                ),
                "description": _(
                    "What a network has registered is the text: a later version with the same"
                    " text, slots and format keeps it."
                ),
            },
        ),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("version_link", "network"),
                    ("state", "reference"),
                    "expires_on",
                    "reason",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """With the account where there is more than one."""
        columns = list(super().get_list_display(request))
        return columns if self._has_one_account(request) else [*columns, "account_name"]

    @display(description=_("template version"), ordering="version__template__name")
    def name(self, obj: TemplateRegistration) -> str:
        return str(obj.version)

    @display(description=_("template version"))
    def version_link(self, obj: TemplateRegistration) -> str:
        return link(obj.version, change_page("messaging.templateversion", obj.version_id))

    @display(description=_("state"), ordering="state")
    def state_label(self, obj: TemplateRegistration) -> SafeString:
        return label(obj.get_state_display(), STATE_COLOURS[RegistrationState(obj.state)])

    @display(description=_("last day"), ordering="expires_on")
    def last_day(self, obj: TemplateRegistration) -> Any:
        return last_day_shown(obj)

    @display(description=_("class"), ordering="version__template__message_class")
    def class_label(self, obj: TemplateRegistration) -> str:
        return obj.version.template.get_message_class_display()

    @display(description=_("account"), ordering="version__template__account__name")
    def account_name(self, obj: TemplateRegistration) -> str:
        return obj.version.template.account.name

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was registered when must stay explainable: its state changes."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None:
            return list(self.add_fieldsets)
        title, options = self.fieldsets[0]
        fields: tuple[Any, ...] = options["fields"]
        if not request.user.has_perm("messaging.view_templateversion", obj.version):
            fields = (("name", "network"), *fields[1:])  # operators have no page of versions
        if not self.has_change_permission(request, obj):
            fields = tuple(one for one in fields if one != "reason")
        if not self._has_one_account(request):
            fields = (*fields[:1], "account_name", *fields[1:])
        return [(title, {**options, "fields": fields})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Version and network stay: another text or network has a registration of its own."""
        return [] if obj is None else list(super().get_readonly_fields(request, obj))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs |= {"form": RegisterForm, "fields": RegisterForm.Meta.fields}
        else:
            kwargs |= {"fields": ReasonForm.Meta.fields}
        return super().get_form(request, obj, change=change, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Operators have no page of versions and yet register them: what may be chosen follows
        from where registrations may be written."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "version":
            accounts = permitted_accounts(request.user, self.editing(request))
            field.queryset = registrable(limited(TemplateVersion.objects.all(), accounts))
            field.label_from_instance = VersionWords(field.queryset)
            for link_name in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{link_name}_related", False)
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?version=` is preset, with the networks that demand it and have no registration."""
        version = self._asked_version(request)
        if version is None:
            return {}
        wanted = [
            one.network_id
            for one in standings_of(version)
            if one.stops_messages and (one.registration is None or one.from_number is not None)
        ]
        return {"version": version.pk, "networks": wanted}

    def save_model(
        self, request: HttpRequest, obj: TemplateRegistration, form: Any, change: bool
    ) -> None:
        values = {
            name: form.cleaned_data[name] for name in ("state", "reference", "expires_on", "reason")
        }
        person: Any = request.user
        if change:
            registration_change(registration=obj, actor=person, **values)
            return
        made = registrations_record(
            version=form.cleaned_data["version"],
            networks=list(form.cleaned_data["networks"]),
            actor=person,
            **values,
        )
        obj.pk, obj.version, obj.network = made[0].pk, made[0].version, made[0].network

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service has written everything."""

    def response_add(
        self, request: HttpRequest, obj: TemplateRegistration, post_url_continue: str | None = None
    ) -> HttpResponse:
        """How many there are, then the list."""
        count = len(request.POST.getlist("networks"))
        text = ngettext(
            "%(count)d registration is recorded.", "%(count)d registrations are recorded.", count
        )
        self.message_user(request, text % {"count": count})
        return self.response_post_save_add(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        row = context.get("original")
        if row is not None:
            context |= texts_context(row.version)
            context["history_rows"] = registration_rows(row)
        else:
            version = self._asked_version(request)
            context |= texts_context(version) if version is not None else {}
        return super().render_change_form(request, context, *args, **kwargs)

    def _asked_version(self, request: HttpRequest) -> TemplateVersion | None:
        """`?version=`, or the one chosen in a form that was sent back."""
        key = request.POST.get("version") or request.GET.get("version") or ""
        accounts = permitted_accounts(request.user, self.editing(request))
        rows = registrable(limited(TemplateVersion.objects.all(), accounts))
        return rows.filter(pk=int(key)).first() if key.isdecimal() else None


class VersionWords:
    """A version in a list of choices, with the networks that wait for it."""

    def __init__(self, versions: QuerySet[TemplateVersion]) -> None:
        self._versions = versions
        self._missing: dict[int, list[str]] | None = None

    def __call__(self, version: TemplateVersion) -> str:
        if self._missing is None:
            self._missing = missing_networks(self._versions)
        name = f"{version.template.account.name} · {version} · {version.get_status_display()}"
        missing = self._missing.get(version.pk)
        if not missing:
            return name
        return _("%(version)s · missing: %(networks)s") % {
            "version": name,
            "networks": ", ".join(missing),
        }


def last_day_shown(row: TemplateRegistration) -> Any:
    """The last day, coloured where it is near or past and messages depend on it."""
    if row.expires_on is None:
        return "–"
    shown = date_format(row.expires_on, "SHORT_DATE_FORMAT")
    if row.state != RegistrationState.REGISTERED:
        return shown
    left = row.expires_on - clock.now().date()
    if left < timedelta(0):
        return label(shown, "danger")
    return label(shown, "warning") if left <= EXPIRES_SOON else shown
