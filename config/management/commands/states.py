"""`manage.py states`: writes docs/states.md from the transition tables of the code."""

from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import TextChoices
from django.utils import translation

from campaigns.constants import (
    CAMPAIGN_TRANSITIONS,
    IMPORT_TRANSITIONS,
    CampaignStatus,
    ImportStatus,
    TriggerResult,
    TriggerVersionStatus,
)
from campaigns.models import PersonRequest
from carriers.constants import SessionState
from compliance.constants import ConsentAction
from compliance.models import RegisterSnapshot, RuleException, RulePackVersion, SuppressionImport
from config.common.states import Transitions, mermaid
from config.management import compliance_states
from messaging.constants import (
    MAX_ATTEMPTS,
    TRANSITIONS,
    VERIFICATION_TRANSITIONS,
    VERSION_TRANSITIONS,
    FailureReason,
    InboundState,
    MessageStatus,
    QuestionState,
    ReviewState,
    RuleState,
    UnroutedState,
    VerificationStatus,
    VersionStatus,
)
from routing.constants import PAPER_TRANSITIONS, PaperState

HEAD = """# States

Written by `python manage.py states` from the transition tables in the code; a test fails when
this page differs from them. Every change of a state is one `UPDATE … WHERE status IN (…)` that
returns what changed, so that repeating it changes nothing.
"""
SENTENCES: Mapping[type[TextChoices], Mapping[str, str]] = {
    InboundState: {
        "complete": "Every part is here.",
        "incomplete": "Its other parts have not come in time: the text shows the gaps. Late parts"
        " amend it for a day.",
    },
    UnroutedState: {
        "waiting": "No sender has the address, or several have it and none wrote to the number"
        " lately, or the PDU could not be read.",
        "routed": "An operator gave it to a sender: it acted as if it came then, once.",
        "dismissed": "Nobody is meant; the note says why. An operator may take it back.",
    },
    MessageStatus: {
        "accepted": "Stored; not decided yet. Batches wait here for their account's turn.",
        "scheduled": "Waits for its time or for its legal window to open.",
        "queued": "Decided and routed; waits for a bind of its carrier, for a retry, or for a pause.",
        "sent": "An SMSC has all segments; the receipt is still to come (or else `unknown`).",
        "delivered": "A receipt says delivered (of every segment, where the carrier reports each).",
        "undelivered": "A receipt says no, or an SMSC took only a part of the segments.",
        "failed": "No SMSC took any segment.",
        "expired": "The deadline passed before it was sent.",
        "blocked": "Compliance refused it; nothing was sent.",
        "canceled": "Canceled by the customer before it was sent.",
        "unknown": "The outcome is lost or no receipt came; a late receipt may still settle it.",
    },
    FailureReason: {
        "suppressed": "`blocked`: the number is on the suppression list for this purpose.",
        "no_consent": "`blocked`: no consent on record, or it was taken back.",
        "outside_window": "`expired`: the window opens after the deadline. `blocked`: it never does.",
        "frequency_cap": "`blocked`: the number got as many messages as the pack allows.",
        "sender_not_allowed": (
            "`blocked`: out of lease, not active, wrong kind or class, or not registered."
        ),
        "template_withdrawn": "`blocked`: the template version is not approved any more.",
        "template_unregistered": (
            "`blocked`: the recipient's network wants the text registered, and it is not."
        ),
        "content_rule": "`blocked`: label, opt-out text, length or template rule of the pack.",
        "no_route": "`failed`: no route fits the destination, class, sender and account.",
        "account_suspended": "`blocked`: the account was suspended after acceptance.",
        "rejected": "`failed`: the SMSC refused it for good; `command_status` says with what.",
        "invalid_destination": "`failed`: the SMSC answered ESME_RINVDSTADR (0x0B).",
        "too_many_attempts": f"`failed`: {MAX_ATTEMPTS} attempts met temporary errors.",
        "deadline": "`expired`: `expires_at` or the campaign's end passed while it waited.",
        "partial": "`undelivered`: some segments were taken, others refused for good.",
        "undeliverable": "`undelivered`: the receipt says undeliverable.",
        "receipt_expired": "`undelivered`: the receipt says expired at the SMSC.",
        "receipt_rejected": "`undelivered`: the receipt says rejected.",
        "deleted": "`undelivered`: the receipt says deleted.",
        "no_answer": "`unknown`: it was written to the SMSC and the answer was lost.",
        "no_receipt": "`unknown`: no receipt within the bind's receipt grace.",
        "canceled": "`canceled`: by the API, or with its campaign.",
    },
    VersionStatus: {
        "draft": "Being written; it may still be changed.",
        "submitted": "Waits for a compliance officer; the text cannot change any more.",
        "staged": "Approved for a later time; the former version is sent until then.",
        "approved": "The one version of its template that is sent.",
        "rejected": "Refused with a comment; a new version is written instead.",
        "withdrawn": "Taken back; messages of it that have not left are blocked.",
        "retired": "Replaced by a newer one; what was accepted with it leaves until withdrawn.",
    },
    CampaignStatus: {
        "draft": "Being written; pre-flight may be run.",
        "scheduled": "Launched for a later start; may become a draft again.",
        "running": "Its audience is being released, slice by slice.",
        "paused": "Nothing is released, claimed or written; resuming decides the rest anew.",
        "sending": "Everything is released; messages are on their way or wait for receipts.",
        "completed": "Every message of it has ended.",
        "canceled": "Ended by a person; what had not left was canceled.",
    },
    ImportStatus: {
        "uploaded": "The file is stored; columns are not chosen yet.",
        "queued": "Waits for a worker.",
        "running": "Rows are being stored, batch by batch.",
        "completed": "Every row is imported or kept as a bad line with its reason.",
        "failed": "Stopped by an error; a retry goes on behind the last committed batch.",
        "canceled": "Stopped by a person; contacts imported until then stay.",
    },
    SessionState: {
        "starting": "A worker has taken the bind's lease.",
        "binding": "Connecting, or waiting for the answer to the bind request.",
        "bound": "Sending and receiving.",
        "throttled": "Bound; the SMSC asked to slow down, and sending rests for a moment.",
        "connection_lost": "Waiting before the next connection, with growing pauses.",
        "bind_failed": "The SMSC refused the credentials; nothing is tried until the bind changes.",
        "unbound": "Nobody holds the session.",
    },
    VerificationStatus: {
        "pending": "A code is on its way or was read; checks, resends and its time are open.",
        "approved": "The right code was entered, once; it works no more.",
        "expired": "The newest code's time passed without the right one.",
        "canceled": "By the customer, a person, or a newer one for the number (`reason` says).",
        "failed": "As many wrong codes were tried as the service allows.",
        "blocked": "The shield refused it: no code was sent (`reason` says why).",
    },
    RuleState: {
        "active": "Asked about replies, and acts on the first that fits.",
        "shadow": "Its matches are recorded and nothing is done; the next rule acts.",
        "scheduled": "Its validity begins later.",
        "over": "Its validity has ended.",
        "off": "Switched off by a person.",
    },
    QuestionState: {
        "waiting": "The next reply of the number to the sender answers it.",
        "answered": "An answer came, or the right code; what follows it was done.",
        "unclear": "No answer was understood after asking again.",
        "timed_out": "Its time passed without an answer or the right code.",
        "replaced": "A newer question of the sender to the number took its place.",
        "canceled": "The person refused to be written to.",
        "elsewhere": "The code was entered or ended through another door.",
    },
    TriggerVersionStatus: {
        "draft": "Being written; events are read by the active version meanwhile.",
        "active": "The one version of its mapping by which events are read.",
        "retired": "A newer one was activated; it may be made active again, as a new version.",
    },
    TriggerResult: {
        "sent": "Every mapping that was for it had its message accepted.",
        "partly": "One message was accepted, another was not.",
        "unmatched": "No mapping was for it, or none of their conditions was met.",
        "failed": "A mapping was for it and its message was not accepted (`reason` says why).",
        "unreadable": "Signed, but no JSON.",
    },
    **compliance_states.SENTENCES,
}
# What people decide about: services name the states from which each step may be taken.
_DECIDED: tuple[tuple[str, type[TextChoices]], ...] = (
    ("Version of a rule pack", RulePackVersion.Status),
    ("Exception from a rule", RuleException.Status),
    ("Consent", ConsentAction),
    ("Possible refusal", ReviewState),
    ("Reply", InboundState),
    ("Unrouted reply", UnroutedState),
    ("List of a register", RegisterSnapshot.State),
    ("Import of suppressions", SuppressionImport.State),
    ("Person's request", PersonRequest.Status),
    ("Version of a trigger mapping", TriggerVersionStatus),
    ("Event of a trigger source", TriggerResult),
)


def document() -> str:
    """The page, in English whatever the language of the caller."""
    with translation.override(None):
        return "\n".join([HEAD, *_sections()]) + "\n"


def _sections() -> Iterable[str]:
    yield from _chart("Message", MessageStatus, TRANSITIONS, ("accepted", "scheduled", "queued"))
    yield (
        "A message of a campaign begins as `queued` or `scheduled`, because release decides it in"
        " the same pass. A receipt may overtake the answer to its own submit_sm, hence the edges"
        " from open states to `delivered` and `undelivered`.\n"
    )
    yield from _table("Failure reasons", FailureReason)
    yield from _chart("Template version", VersionStatus, VERSION_TRANSITIONS, ("draft",))
    yield from _chart("Campaign", CampaignStatus, CAMPAIGN_TRANSITIONS, ("draft",))
    yield from _chart("Import of contacts", ImportStatus, IMPORT_TRANSITIONS, ("uploaded",))
    yield from _table("Session of a bind", SessionState)
    papers = "Certificate, registration or program of a sender"
    yield from _chart(papers, PaperState, PAPER_TRANSITIONS, ("draft",))
    yield from _chart(
        "Verification", VerificationStatus, VERIFICATION_TRANSITIONS, ("pending", "blocked")
    )
    yield from _table("Keyword rule", RuleState)
    yield from _table("Question of a keyword rule", QuestionState)
    for title, states in _DECIDED:
        yield from _table(title, states)


def _chart(
    title: str, states: type[TextChoices], transitions: Transitions, initial: Iterable[str]
) -> Iterable[str]:
    by_value = {str(state): {str(to) for to in targets} for state, targets in transitions.items()}
    chart = mermaid({s: frozenset(t) for s, t in by_value.items()}, initial=initial)
    yield f"## {title}\n\n```mermaid\n{chart}\n```\n"
    yield from _rows(states)


def _table(title: str, states: type[TextChoices]) -> Iterable[str]:
    yield f"## {title}\n"
    yield from _rows(states)


def _rows(states: type[TextChoices]) -> Iterable[str]:
    """A sentence per state; KeyError for a state that has none."""
    yield "| Value | Shown as | Meaning |\n| --- | --- | --- |"
    for state in states:
        if state.value:
            yield f"| `{state.value}` | {state.label} | {SENTENCES[states][state.value]} |"
    yield ""


class Command(BaseCommand):
    help = "Writes docs/states.md from the transition tables; --check only compares."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail where the page is not so")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "states.md"
        if not options["check"]:
            path.write_text(document(), encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != document():
            raise CommandError("docs/states.md is out of date: run python manage.py states")
