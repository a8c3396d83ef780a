"""What is done to a mapping's versions: activate the draft, throw it away, take a former one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.people import actor_of
from campaigns.admin.trigger_common import console_page, place_words
from campaigns.constants import TriggerVersionStatus
from campaigns.models import TriggerMapping, TriggerVersion
from campaigns.selectors.triggers import active_of, draft_of
from campaigns.services.triggers.mappings import draft_activate, draft_discard, version_restore
from campaigns.triggers.differences import spec_differences
from config.common.console.confirmation import object_or_404
from config.common.errors import DomainError


class MappingActs:
    """The pages, for the admin of mappings: each shows the difference before it acts."""

    admin_site: Any

    def act_urls(self) -> list[Any]:
        """One address per act."""
        views = {
            "activate": self.activate_view,
            "discard": self.discard_view,
            "restore": self.restore_view,
        }
        return [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"campaigns_triggermapping_{name}",
            )
            for name, view in views.items()
        ]

    def activate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """From the active version to the draft."""
        mapping = object_or_404(self, request, str(pk), "change")
        draft = draft_of(mapping)
        if draft is None:
            return self._nothing(request, mapping)
        return self._decide(
            request,
            mapping,
            draft,
            title=gettext("Activate the draft?"),
            lead=_("Events are read by it from now on. The version before is kept."),
            submit=_("Activate"),
            act=lambda: draft_activate(mapping=mapping, actor=actor_of(request)),
        )

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What is lost is shown once more."""
        mapping = object_or_404(self, request, str(pk), "change")
        draft = draft_of(mapping)
        if draft is None:
            return self._nothing(request, mapping)
        return self._decide(
            request,
            mapping,
            draft,
            title=gettext("Throw the draft away?"),
            lead=_("The active version goes on as it is. This cannot be undone."),
            submit=_("Throw away"),
            act=lambda: draft_discard(mapping=mapping, actor=actor_of(request)),
        )

    def restore_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """`?version=` names a former one."""
        mapping = object_or_404(self, request, str(pk), "change")
        wanted = request.GET.get("version", "")
        is_number = wanted.isascii() and wanted.isdecimal() and len(wanted) < 10
        former = mapping.versions.filter(number=int(wanted)).first() if is_number else None
        if former is None or former.status != TriggerVersionStatus.RETIRED:
            raise Http404
        return self._decide(
            request,
            mapping,
            former,
            title=gettext("Make version %(number)d active again?") % {"number": former.number},
            lead=_("As a new version, at once. A draft that is being written is thrown away."),
            submit=_("Make active"),
            act=lambda: version_restore(
                mapping=mapping, number=former.number, actor=actor_of(request)
            ),
        )

    def _decide(
        self,
        request: HttpRequest,
        mapping: TriggerMapping,
        version: TriggerVersion,
        *,
        title: str,
        lead: Any,
        submit: Any,
        act: Callable[[], Any],
    ) -> HttpResponse:
        """Shows what is different from the active version; on POST acts and goes back."""
        if request.method == "POST":
            try:
                with transaction.atomic():
                    act()
                messages.success(request, _("Done."))
            except DomainError as error:
                messages.error(request, str(error.message))
            return self._back(mapping)
        active = active_of(mapping)
        found = spec_differences(active.spec if active else {}, version.spec)
        context = {
            "original": mapping,
            "version": version,
            "active": active,
            "lead": lead,
            "submit_label": submit,
            "differences": [(place_words(one.place), one) for one in found],
            "back": self._address(mapping),
        }
        return console_page(self, request, "triggermapping/decide.html", title, context)

    def _nothing(self, request: HttpRequest, mapping: TriggerMapping) -> HttpResponse:
        messages.warning(request, _("There is no draft: it is active, or thrown away, already."))
        return self._back(mapping)

    def _back(self, mapping: TriggerMapping) -> HttpResponse:
        return HttpResponseRedirect(self._address(mapping))

    def _address(self, mapping: TriggerMapping) -> str:
        return reverse("admin:campaigns_triggermapping_change", args=[mapping.pk])
