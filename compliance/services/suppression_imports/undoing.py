"""Taking a file back: exactly what it added is lifted, and what it replaced comes back."""

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import SuppressionImport, User
from compliance.services.suppression_imports.intake import record
from compliance.services.suppression_imports.writing import replaced_by
from config.common import clock
from config.common.errors import ConflictError, InvalidError

_STATE = SuppressionImport.State
_LIFT = """
UPDATE compliance_suppression SET lifted_at = %(now)s, lifted_by_id = %(actor)s,
    lifted_reason = %(reason)s
WHERE imported_in_id = %(import)s AND lifted_at IS NULL
"""
_RESTORE = """
UPDATE compliance_suppression s SET lifted_at = NULL, lifted_reason = '', lifted_by_id = NULL
FROM compliance_suppression mine
WHERE mine.imported_in_id = %(import)s AND s.lifted_reason = %(replaced)s
    AND s.msisdn = mine.msisdn AND s.account_id = mine.account_id
    AND (s.expires_at IS NULL OR s.expires_at > %(now)s)
    AND NOT EXISTS (
        SELECT FROM compliance_suppression o
        WHERE o.msisdn = s.msisdn AND o.account_id = s.account_id
            AND o.advertiser_id IS NOT DISTINCT FROM s.advertiser_id AND o.purpose = s.purpose
            AND o.program_id IS NOT DISTINCT FROM s.program_id AND o.sender = s.sender
            AND o.lifted_at IS NULL)
"""


@transaction.atomic
def suppression_import_undo(*, found: SuppressionImport, reason: str, actor: User | None) -> int:
    """Lifts what the file added and nothing else; returns how many. A person who refused by
    another way since then stays suppressed, and consent taken back stays so in the ledger.

    Raises InvalidError without a reason, ConflictError for what has not ended or was taken back.
    """
    if not reason.strip():
        raise InvalidError("reason_missing", _("Say why it is taken back."), field="reason")
    held = SuppressionImport.objects.select_for_update().get(pk=found.pk)
    if held.state not in (_STATE.COMPLETED, _STATE.FAILED):
        raise ConflictError(
            "import_not_ended", _("Only a file that has been imported can be taken back.")
        )
    values = {
        "now": clock.now(),
        "actor": actor.pk if actor else None,
        "reason": reason.strip()[:200],
        "import": held.pk,
        "replaced": replaced_by(held),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LIFT, values)
        held.lifted = cursor.rowcount
        cursor.execute(_RESTORE, values)
        restored = cursor.rowcount
    held.state = _STATE.UNDONE
    held.save(update_fields=["state", "lifted"])
    record(
        "suppressions.import_undone",
        held,
        actor,
        lifted=held.lifted,
        restored=restored,
        reason=reason.strip()[:200],
    )
    return held.lifted
