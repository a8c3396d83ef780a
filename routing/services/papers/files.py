"""Files that belong to a sender's lease or papers."""

from django.db import transaction

from compliance.models import User
from compliance.services.documents import document_add
from config.common import clock
from routing.constants import PaperKind
from routing.models import Sender, SenderDocument
from routing.services.papers.records import AnyPaper, kind_of, role_required


@transaction.atomic
def document_attach(
    *,
    sender: Sender,
    name: str,
    content: bytes,
    actor: User | None,
    paper: AnyPaper | None = None,
    field: str = "upload",
) -> SenderDocument:
    """Keeps a file with a paper, or with the lease where none is given; the same one again is
    harmless. Raises NotAllowedError, and InvalidError naming `field`."""
    if paper is not None:
        role_required(actor, "change", paper)
    document = document_add(
        account=sender.account, name=name, content=content, actor=actor, field=field
    )
    made, _is_new = SenderDocument.objects.get_or_create(
        sender=sender,
        kind=kind_of(paper) if paper is not None else PaperKind.LEASE,
        paper_id=paper.pk if paper is not None else None,
        document=document,
        defaults={"added_by": actor, "added_at": clock.now()},
    )
    return made
