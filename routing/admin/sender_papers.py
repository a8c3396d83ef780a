"""What the pages of senders show of their papers."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.constants import MessageClass
from compliance.models import User
from config.common.console.labels import label
from routing.admin.papers import STATE_COLOURS
from routing.models import Sender, SenderDocument
from routing.selectors.overview import Cell, SenderOverview, overviews
from routing.selectors.papers import documents_of

_PER_PAGE = 20
PREFETCHED = ("registrations__network", "certificates", "programs")


def sender_context(person: User, sender: Sender) -> dict[str, Any]:
    """Of one sender: what stops messages, the matrix, its papers and documents."""
    (found,) = overviews([sender])
    return {
        "overview": _shown(found, person),
        "register_url": _add_url(person, sender, "senderregistration"),
        "sender_documents": _once(documents_of(sender.pk)),
        "may_open": person.has_perm("compliance.view_document", sender),
        "paper_blocks": [
            _block(person, sender, "sendercertificate", _("Certificates"), _("Add a certificate")),
            _block(person, sender, "senderprogram", _("Programs"), _("Add a program")),
        ],
    }


def overview_context(person: User, senders: QuerySet[Sender], page: Any) -> dict[str, Any]:
    """Of many senders, twenty at a time."""
    rows = senders.select_related("account").prefetch_related(*PREFETCHED)
    pages = Paginator(rows.order_by("account__name", "address", "pk"), _PER_PAGE).get_page(page)
    found = [_shown(one, person) for one in overviews(pages.object_list)]
    accounts = {one["sender"].account_id for one in found}
    return {"overviews": found, "pages": pages, "has_many": len(accounts) > 1}


def _shown(found: SenderOverview, person: User) -> dict[str, Any]:
    sees = person.has_perm("routing.view_senderregistration", found.sender)
    return {
        "sender": found.sender,
        "url": reverse("admin:routing_sender_change", args=[found.sender.pk]),
        "missing": found.missing,
        "class_labels": [MessageClass(name).label for name in found.classes],
        "certificate": _cell(found.certificate, ""),
        "program": _cell(found.program, ""),
        "rows": [
            {
                "network": row.network,
                "cells": [_cell(cell, "senderregistration" if sees else "") for cell in row.cells],
            }
            for row in found.networks
        ],
    }


def _cell(cell: Cell | None, model: str) -> dict[str, Any] | None:
    if cell is None:
        return None
    url = ""
    if model and cell.paper_id:
        url = reverse(f"admin:routing_{model}_change", args=[cell.paper_id])
    return {"label": label(cell.text, cell.colour), "day": cell.day, "url": url}


def _add_url(person: User, sender: Sender, model: str) -> str:
    if not person.has_perm(f"routing.add_{model}", sender):
        return ""
    return f"{reverse(f'admin:routing_{model}_add')}?sender={sender.pk}"


def _block(person: User, sender: Sender, model: str, title: str, add_title: str) -> dict[str, Any]:
    papers: Any = sender.certificates if model == "sendercertificate" else sender.programs
    return {
        "title": title,
        "add_title": add_title,
        "add_url": _add_url(person, sender, model),
        "empty": _("None is on record."),
        "rows": [
            {
                "title": _title(paper),
                "url": reverse(f"admin:routing_{model}_change", args=[paper.pk]),
                "label": label(paper.get_state_display(), STATE_COLOURS[paper.state]),
                "day": paper.valid_until,
            }
            for paper in papers.all()
        ],
    }


def _title(paper: Any) -> str:
    """A program's name, or a certificate's number once it has one."""
    return str(getattr(paper, "name", paper.reference) or _("No number yet"))


def _once(attached: Sequence[SenderDocument]) -> list[SenderDocument]:
    """Each file once, although it may belong to several papers."""
    return list({one.document_id: one for one in attached}.values())
