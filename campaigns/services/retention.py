"""Imported files and the lines that could not be imported: kept until somebody had time for them."""

from datetime import UTC, datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from campaigns.constants import ImportStatus
from campaigns.models import BadLine, ContactImport
from compliance.retention import EVERYWHERE
from compliance.services.retention import Removed, Span

_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
# A file that somebody uploaded and then forgot is over as well.
_GOING_ON = (ImportStatus.QUEUED, ImportStatus.RUNNING)


def import_files_remove(span: Span, *, is_rehearsal: bool) -> Removed:
    """Files of imports that are over, with their bad lines; what an import did stays on record.

    A file has no country: the account's word for all countries counts.
    """
    if span.country != EVERYWHERE:
        return Removed(0, span.before)
    imports = ContactImport.objects.filter(
        account=span.account_id,
        created_at__gte=span.after or _BEGINNING,
        created_at__lt=span.before,
    ).exclude(Q(file="") | Q(status__in=_GOING_ON))
    if is_rehearsal:
        return Removed(imports.count(), span.before)
    total = 0
    for one in imports:
        with transaction.atomic():
            BadLine.objects.filter(contact_import=one).delete()
            ContactImport.objects.filter(pk=one.pk).update(file="")
            transaction.on_commit(partial(one.file.storage.delete, str(one.file.name)))
        total += 1
    return Removed(total, span.before)
