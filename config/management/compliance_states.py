"""A sentence for each state of what officers decide about, for docs/states.md."""

from collections.abc import Mapping

from django.db.models import TextChoices

from campaigns.models import PersonRequest
from compliance.constants import ConsentAction
from compliance.models import RegisterSnapshot, RuleException, RulePackVersion, SuppressionImport
from messaging.constants import ReviewState
from routing.constants import PaperState

SENTENCES: Mapping[type[TextChoices], Mapping[str, str]] = {
    PaperState: {
        "draft": "Being written, or put right after a refusal.",
        "submitted": "Handed in; the answer of authority or network is still to come.",
        "approved": "Counts from its first to its last day.",
        "rejected": "Refused with a reason; what is put right is handed in again.",
        "suspended": "Taken off for a while by who approved it; nothing is sent by it.",
        "expired": "Its last day is over.",
    },
    RulePackVersion.Status: {
        "draft": "Its author changes it.",
        "submitted": "Waits for approval by somebody else; it never changes again.",
        "staged": "Approved; in force from a day to come.",
        "active": "Decides today: one version per country.",
        "retired": "Was in force; can be put in force again.",
        "rejected": "Refused with a reason, for good.",
        "withdrawn": "Taken back before it was in force, for good.",
    },
    RuleException.Status: {
        "asked": "Nothing changes until somebody else confirms it.",
        "confirmed": "Leaves the rule out from its first to its last day.",
        "refused": "Refused with a reason.",
        "ended": "Ended by a person before its last day.",
    },
    ConsentAction: {
        "granted": "The person agreed; it counts until it ends, is taken back or lapses.",
        "revoked": "The person took it back, and is suppressed.",
        "requested": "The person was asked; counts as no consent.",
        "lapsed": "It ended, or the number belongs to somebody else; never a refusal.",
    },
    ReviewState: {
        "waiting": "Advertising to the person is held until an officer has read the reply.",
        "confirmed": "The hold became a refusal, with a record in the ledger.",
        "dismissed": "The hold was lifted.",
    },
    RegisterSnapshot.State: {
        "waiting": "The file is stored; its first lines are looked at.",
        "loading": "Being staged; the list before is in force.",
        "in_force": "Decides: one list per register.",
        "superseded": "A newer list is in force; what it said on a day stays.",
        "failed": "Never came into force; the reason is on its page.",
    },
    SuppressionImport.State: {
        "uploaded": "The file is stored; nobody is suppressed yet.",
        "waiting": "Waits for a worker.",
        "running": "Lines are being read, batch by batch.",
        "completed": "Every line is a suppression, stands already, or is kept as a bad line.",
        "failed": "Stopped by an error.",
        "undone": "Taken back: exactly what it had added is lifted.",
    },
    PersonRequest.Status: {
        "open": "Entered; to be answered by its day.",
        "partly": "Erased, except what must be kept; that goes by itself on its day.",
        "done": "Carried out; the number is forgotten.",
        "withdrawn": "Taken back, or entered by mistake.",
    },
}
