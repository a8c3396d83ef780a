"""Pages about the whole ledger: its proof, and numbers that changed hands."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from compliance.book_words import standing_label, standing_text
from compliance.constants import Chain
from compliance.models import Account
from compliance.selectors.access import permitted_accounts, related_choices
from compliance.selectors.ledger import BookStanding, book_standings
from compliance.services.chain_checks import chain_check
from compliance.services.consent_lapses import Lapses, consents_lapse_reassigned
from compliance.services.moved_numbers import BadMove, moves_read
from config.common.console.actors import actor_of
from config.common.queue import enqueue

_AT_ONCE = 100_000  # records: two seconds' work; longer books are verified by a worker
_LARGEST_MB = 8
_SHOWN = 20


def proof_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """How the books stand; a POST verifies them."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    books = _visible(admin, request)
    if request.method == "POST":
        _verify(request, books)
        return HttpResponseRedirect(request.path)
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Proof of the books"),
        "books": _table(books) if books else None,
        "opts": admin.opts,
        "back": reverse("admin:compliance_consentrecord_changelist"),
        "digests": reverse("admin:compliance_ledgerdigest_changelist"),
        "media": admin.media,
    }
    return TemplateResponse(request, "admin/compliance/ledger/proof.html", context)


def _visible(admin: Any, request: HttpRequest) -> list[BookStanding]:
    return book_standings(permitted_accounts(request.user, admin.permission("view")))


def _verify(request: HttpRequest, books: list[BookStanding]) -> None:
    if sum(book.rows for book in books) > _AT_ONCE:
        for book in books:
            account_id = book.account.pk if book.account else None
            enqueue("compliance.tasks.check_book", account_id, book.chain)
        messages.info(request, _("The books are long: look again in a minute."))
        return
    checks = [chain_check(one.account.pk if one.account else None, one.chain) for one in books]
    broken = sum(check.broken_link is not None for check in checks)
    if broken:
        messages.error(request, _("A book is broken: see below which link."))
    else:
        messages.success(request, _("Every digest was computed anew: nothing was changed."))


def _table(books: list[BookStanding]) -> dict[str, Any]:
    return {
        "headers": [_("Account"), _("Book"), _("Links"), _("Records"), _("State"), _("Verified")],
        "rows": [
            [
                book.account.name if book.account else _("The platform"),
                Chain(book.chain).label,
                f"{book.links}",
                f"{book.rows}",
                standing_label(book),
                standing_text(book),
            ]
            for book in books
        ],
    }


class MovedForm(forms.Form):
    """A list of numbers that belong to somebody else."""

    account = forms.ModelChoiceField(
        Account.objects.none(), label=gettext_lazy("Account"), widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=gettext_lazy("File"), required=False, widget=UnfoldAdminFileFieldWidget
    )
    lines = forms.CharField(
        label=gettext_lazy("Or lines"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text=gettext_lazy("For example: 0912 345 678, 2026-03-01"),
    )
    name = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = related_choices(
            Account.objects.order_by("name"), request.user, "compliance.add_consentrecord"
        )
        field: Any = self.fields["account"]
        field.queryset = accounts
        if len(own := list(accounts[:2])) == 1:
            field.initial = own[0].pk

    def clean(self) -> dict[str, Any]:
        """The list's text and name, from the file where one was given."""
        values = super().clean() or self.cleaned_data
        upload = values.get("file")
        if upload is None:
            if not values.get("lines", "").strip():
                self.add_error("file", _("Give a file, or write at least one line."))
            return values
        if upload.size > _LARGEST_MB << 20:
            self.add_error("file", _("Give a file of at most %(size)d MB.") % {"size": _LARGEST_MB})
            return values
        try:
            values["lines"] = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", _("Save the file as CSV in UTF-8."))
        values["name"] = upload.name[-120:]
        return values


@dataclass(frozen=True, slots=True)
class Preview:
    """What the list would do."""

    account: int
    name: str
    lines: str
    consents: int
    text: str
    bad: list[str]
    bad_text: str


def moved_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """A list of numbers that changed hands: first what it would do, then it is done."""
    if not request.user.has_perm("compliance.add_consentrecord"):
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = MovedForm(request, request.POST or None, request.FILES or None)
    preview = None
    if is_sent and form.is_valid():
        if request.POST.get("confirmed"):
            found, _bad = _lapse(form.cleaned_data, request, is_preview=False)
            messages.success(
                request, _("%(count)d consents have lapsed.") % {"count": found.consents}
            )
            return HttpResponseRedirect(reverse("admin:compliance_consentstate_changelist"))
        preview = _preview(form.cleaned_data, request)
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Numbers that belong to somebody else"),
        "form": form,
        "preview": preview,
        "opts": admin.opts,
        "back": reverse("admin:compliance_consentstate_changelist"),
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "admin/compliance/ledger/moved.html", context)


def _lapse(
    values: dict[str, Any], request: HttpRequest, *, is_preview: bool
) -> tuple[Lapses, list[BadMove]]:
    account = values["account"]
    rows, bad = moves_read(values["lines"], account)
    found = consents_lapse_reassigned(
        account=account,
        rows=rows,
        source=values["name"],
        actor=actor_of(request),
        is_preview=is_preview,
    )
    return found, bad


def _preview(values: dict[str, Any], request: HttpRequest) -> Preview:
    found, bad = _lapse(values, request, is_preview=True)
    shown = [f"{one.line}: {one.content} – {one.reason}" for one in bad[:_SHOWN]]
    return Preview(
        account=values["account"].pk,
        name=values["name"],
        lines=values["lines"],
        consents=found.consents,
        text=_("%(consents)d consents of %(numbers)d numbers.")
        % {"consents": found.consents, "numbers": found.numbers},
        bad=shown,
        bad_text=_("%(count)d lines are set aside:") % {"count": len(bad)},
    )
