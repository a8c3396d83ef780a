"""Approving several versions at once: what they share, or why they cannot go together."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.console.actors import actor_of
from config.common.errors import DomainError
from messaging.admin.labels import change_page, link
from messaging.admin.network_findings import network_finding_rows
from messaging.admin.version_decisions import comment_field
from messaging.admin.version_findings import finding_rows
from messaging.admin.version_preview import worst_segments
from messaging.models import TemplateVersion
from messaging.selectors.reviews import Obstacle
from messaging.selectors.version_networks import NetworkRulebook
from messaging.services.templates import BulkReview, bulk_review, versions_approve

_CONFIRMED = "together"


class TogetherForm(forms.Form):
    comment = comment_field(gettext_lazy("Comment for all of them"), required=False)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class TogetherRow:
    """One version of those chosen; `obstacle` says why it cannot go with the others."""

    link: SafeString
    version: TemplateVersion
    worst: int | None
    obstacle: str


def together_page(request: HttpRequest, admin: Any, ids: list[int]) -> HttpResponse:
    """Shows what was chosen; approves all of it once that was confirmed."""
    is_confirmed = _CONFIRMED in request.POST
    form = TogetherForm(request.POST if is_confirmed else None)
    if is_confirmed and form.is_valid() and _approved(request, form, ids):
        return HttpResponseRedirect(request.get_full_path())
    review = bulk_review(ids, actor_of(request))
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Approve together"),
        "opts": admin.opts,
        "form": form,
        "review": review,
        "rows": _rows(review),
        "shared_findings": _shared(review),
        "ids": ids,
        "checkbox": ACTION_CHECKBOX_NAME,
        "confirmed": _CONFIRMED,
        "back": request.get_full_path(),
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "admin/messaging/templateversion/together.html", context)


def _approved(request: HttpRequest, form: forms.Form, ids: list[int]) -> bool:
    values = form.cleaned_data
    try:
        done = versions_approve(
            version_ids=ids,
            reviewer=actor_of(request),
            comment=values["comment"],
            seen=values["seen"],
        )
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    words = ngettext(
        "%(count)d version approved. It can be sent from now on.",
        "%(count)d versions approved. They can be sent from now on.",
        len(done),
    )
    messages.success(request, words % {"count": len(done)})
    return True


def _rows(review: BulkReview) -> list[TogetherRow]:
    networks = NetworkRulebook(one.template.account for one in review.versions)
    words = {one.version.pk: obstacle_text(one) for one in review.obstacles}
    return [
        TogetherRow(
            link(one, change_page("messaging.templateversion", one.pk)),
            one,
            worst_segments(one, networks.rules(one.template)),
            words.get(one.pk, ""),
        )
        for one in review.versions
    ]


def _shared(review: BulkReview) -> list[Any]:
    """What the rules say of each of them, where they are alike."""
    if review.obstacles or not review.versions:
        return []
    first = review.versions[0]
    return [*finding_rows(review.findings[first.pk]), *network_finding_rows(first)]


def obstacle_text(obstacle: Obstacle) -> str:
    """Why a version cannot go with the others, in one sentence."""
    detail = ", ".join(obstacle.detail)
    sentences = {
        "not_waiting": _("It does not wait for approval: “%(detail)s”."),
        "own_version": _("You wrote it: another compliance officer has to review it."),
        "role_missing": _("You are no compliance officer of its account."),
        "blocked": _("Rules forbid it in every country: %(detail)s."),
        "other_class": _("Its class is another than that of most: %(detail)s."),
        "other_findings": _("The rules say something else about it than about most: %(detail)s."),
    }
    return sentences[obstacle.code] % {"detail": detail}
