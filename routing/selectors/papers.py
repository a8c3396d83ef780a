"""Documents and steps of a sender's papers."""

from collections.abc import Sequence

from routing.constants import PaperKind
from routing.models import SenderDocument, SenderStep

_NO_CONTENT = "document__content"


def documents_of(
    sender_id: int, kind: PaperKind | None = None, paper_id: int | None = None
) -> Sequence[SenderDocument]:
    """The files of one paper, or of everything of a sender where no kind is given."""
    rows = SenderDocument.objects.filter(sender=sender_id)
    if kind is not None:
        rows = rows.filter(kind=kind, paper_id=paper_id)
    return list(rows.select_related("document", "added_by").defer(_NO_CONTENT))


def steps_of(sender_id: int, kind: PaperKind, paper_id: int) -> Sequence[SenderStep]:
    """The way of one paper, the latest step first."""
    rows = SenderStep.objects.filter(sender=sender_id, kind=kind, paper_id=paper_id)
    return list(rows.select_related("actor"))


def attached_document(attached_id: int) -> SenderDocument | None:
    """A file of a sender, with its content."""
    rows = SenderDocument.objects.select_related("document", "sender__account")
    return rows.filter(pk=attached_id).first()
