from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from campaigns.admin.people import actor_of
from campaigns.admin.trigger_common import console_page
from campaigns.admin.trigger_mapping_acts import MappingActs
from campaigns.admin.trigger_mapping_form import MappingForm, sample_shown
from campaigns.admin.trigger_trials import TrialShown, trial_shown
from campaigns.models import TriggerMapping, TriggerSource, TriggerVersion
from campaigns.selectors.trigger_pages import mapping_row, versions_of
from campaigns.selectors.triggers import active_of, draft_of
from campaigns.services.triggers.mappings import (
    draft_activate,
    draft_keep,
    mapping_change,
    mapping_create,
    mapping_delete,
)
from campaigns.services.triggers.trials import mapping_trial
from campaigns.triggers.documents import DocumentError, document_read
from campaigns.triggers.outline import Place, places_in
from compliance.scoping import AccountScopedAdmin
from compliance.selectors.access import related_choices
from config.common.console.labels import label
from config.common.errors import DomainError

_NEW_SPEC: dict[str, Any] = {"number": "$.customer.phone"}


class SourceForm(forms.Form):
    source = forms.ModelChoiceField(
        TriggerSource.objects.none(),
        label=_("Source"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("Whose events become messages."),
    )


@admin.register(TriggerMapping)
class TriggerMappingAdmin(MappingActs, AccountScopedAdmin):
    """What is sent for which events; edited as a draft, tried on a sample, then activated."""

    list_display = ("name", "source", "state", "events", "template", "last_sent_at")
    list_filter = ("source", "is_enabled")
    list_select_related = ("source__account",)
    search_fields = ("name", "source__name")
    search_help_text = _("A name, or its source's.")
    readonly_fields = ()
    autocomplete_fields = ()
    empty_title = _("No mapping yet")
    empty_text = _(
        "A mapping says which message an event of a platform becomes. Presets bring some."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With their versions, for what the list shows of them."""
        return super().get_queryset(request).prefetch_related("versions")

    @display(description=_("state"))
    def state(self, obj: TriggerMapping) -> SafeString:
        row = mapping_row(obj)
        word, colour = {
            "on": (_("On"), "success"),
            "off": (_("Off"), ""),
            "draft": (_("Draft"), "warning"),
        }[row.state]
        shown = label(word, colour)
        if row.active and row.draft:
            return SafeString(f"{shown} {label(_('Newer draft'), 'info')}")
        return shown

    @display(description=_("events"))
    def events(self, obj: TriggerMapping) -> str:
        return mapping_row(obj).events or gettext("every event")

    @display(description=_("template"))
    def template(self, obj: TriggerMapping) -> str:
        return mapping_row(obj).template

    def get_urls(self) -> list[Any]:
        return [*self.act_urls(), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """`?source=` says whose; without it that is asked first."""
        if not self.may(request, "add"):
            raise PermissionDenied
        sources = related_choices(
            TriggerSource.objects.order_by("name"), request.user, self.permission("add")
        ).select_related("account")
        wanted = request.GET.get("source", "")
        if not wanted:
            return self._ask_source(request, sources)
        source = sources.filter(pk=wanted).first() if wanted.isdecimal() else None
        if source is None:
            raise Http404
        mapping = TriggerMapping(source=source)
        return self._edit(request, mapping, dict(_NEW_SPEC), is_readonly=False)

    def _ask_source(self, request: HttpRequest, sources: QuerySet[Any]) -> HttpResponse:
        only = list(sources[:2])
        if len(only) == 1:
            return HttpResponseRedirect(f"?source={only[0].pk}")
        form = SourceForm()
        field: Any = form.fields["source"]
        field.queryset = sources
        context = {"form": form, "has_sources": bool(only)}
        title = gettext("New mapping")
        return console_page(self, request, "triggermapping/source.html", title, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The draft, or without one the active version, with its dry run and all versions."""
        mapping = self.get_object(request, object_id)
        if mapping is None or not self.may(request, "view", mapping):
            raise Http404
        can = self.may(request, "change", mapping)
        if request.method == "POST" and not can:
            raise PermissionDenied
        shown = draft_of(mapping) or active_of(mapping)
        spec = shown.spec if shown is not None else dict(_NEW_SPEC)
        return self._edit(request, mapping, spec, is_readonly=not can)

    def _edit(
        self,
        request: HttpRequest,
        mapping: TriggerMapping,
        spec: dict[str, Any],
        *,
        is_readonly: bool,
    ) -> HttpResponse:
        is_sent = request.method == "POST"
        form = MappingForm(
            request.POST if is_sent else None,
            source=mapping.source,
            spec=spec,
            initial=_initial(mapping),
            is_readonly=is_readonly,
        )
        is_right = is_sent and form.is_valid()
        if is_right and not {"_try", "_reread"} & request.POST.keys():
            saved = self._save(request, mapping, form)
            if saved is not None:
                return HttpResponseRedirect(
                    reverse("admin:campaigns_triggermapping_change", args=[saved.pk])
                )
        if "_reread" in request.POST:  # only the slots of another text were asked for
            form.errors.clear()
        spec = form.cleaned_data["spec"] if is_right else spec
        is_shown = not is_sent or is_right
        sample = form["sample"].value() or ""
        trial, fault = _tried(mapping, spec, form, sample) if is_shown else (None, "")
        title = mapping.name if mapping.pk else gettext("New mapping")
        context = {
            "original": mapping if mapping.pk else None,
            "mapping": mapping,
            "form": form,
            "media": self.media + form.media,
            "text": form.text,
            "paths": _places(sample),
            "trial": trial,
            "trial_fault": fault,
            "is_unsaved": "_try" in request.POST,
            "can_change": not is_readonly,
            "can_delete": bool(mapping.pk) and self.has_delete_permission(request, mapping),
            **_state(mapping),
        }
        return console_page(self, request, "triggermapping/edit.html", title, context)

    def _save(
        self, request: HttpRequest, mapping: TriggerMapping, form: MappingForm
    ) -> TriggerMapping | None:
        """Writes what the form says; None where a service refuses, which the form then tells."""
        try:
            with transaction.atomic():
                return self._written(request, mapping, form)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
            return None

    def _written(
        self, request: HttpRequest, mapping: TriggerMapping, form: MappingForm
    ) -> TriggerMapping:
        given, actor = form.cleaned_data, actor_of(request)
        beside = {name: given[name] for name in ("name", "is_enabled", "sample", "sample_event")}
        if not mapping.pk:
            saved = mapping_create(source=mapping.source, spec=given["spec"], actor=actor, **beside)
        else:
            draft_keep(mapping=mapping, spec=given["spec"], actor=actor)
            saved = mapping_change(mapping=mapping, actor=actor, **beside)
        if "_activate" in request.POST and draft_of(saved) is not None:
            version = draft_activate(mapping=saved, actor=actor)
            said = gettext("Version %(number)d is active: events are read by it from now on.")
            messages.success(request, said % {"number": version.number})
        else:
            messages.success(request, _("Saved. The dry run below shows what it does."))
        return saved

    def delete_model(self, request: HttpRequest, obj: TriggerMapping) -> None:
        mapping_delete(mapping=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for mapping in queryset:
            mapping_delete(mapping=mapping, actor=actor_of(request))


def _initial(mapping: TriggerMapping) -> dict[str, Any]:
    if not mapping.pk:
        return {}
    return {
        "name": mapping.name,
        "is_enabled": mapping.is_enabled,
        "sample": sample_shown(mapping.sample),
        "sample_event": mapping.sample_event,
    }


def _state(mapping: TriggerMapping) -> dict[str, Any]:
    """The versions of the mapping."""
    versions: list[TriggerVersion] = versions_of(mapping) if mapping.pk else []
    by_status = {one.status: one for one in versions}
    return {
        "versions": versions,
        "draft": by_status.get("draft"),
        "active": by_status.get("active"),
    }


def _tried(
    mapping: TriggerMapping, spec: dict[str, Any], form: MappingForm, sample: str
) -> tuple[TrialShown | None, str]:
    """What the mapping as shown makes of its sample, or why it cannot be said."""
    if not sample.strip() or not spec.get("template"):
        return None, ""
    name = form["sample_event"].value() or ""
    try:
        trial = mapping_trial(mapping=mapping, spec=spec, body=sample, name=name)
    except DomainError as error:
        return None, str(error.message)
    return trial_shown(trial), ""


def _places(sample: str) -> list[Place]:
    """The paths that the sample has, to choose from."""
    try:
        return places_in(document_read(sample.encode("utf-8", "replace")))
    except DocumentError:
        return []
