"""States and reasons of messages: pure data (design: state of a message)."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.common.states import Transitions


class MessageStatus(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")  # stored, not yet routed
    SCHEDULED = "scheduled", _("Scheduled")  # waits for its time or window
    QUEUED = "queued", _("Queued")  # routed, waits for a bind
    SENT = "sent", _("Sent")  # an SMSC has all of it
    DELIVERED = "delivered", _("Delivered")
    UNDELIVERED = "undelivered", _("Undelivered")  # a receipt said no, or only part was taken
    FAILED = "failed", _("Failed")  # no SMSC took any of it
    EXPIRED = "expired", _("Expired")  # its deadline passed here
    BLOCKED = "blocked", _("Blocked")  # compliance refused
    CANCELED = "canceled", _("Canceled")
    UNKNOWN = "unknown", _("Unknown")  # outcome lost, or no receipt in time


_S = MessageStatus
OPEN = frozenset({_S.ACCEPTED, _S.SCHEDULED, _S.QUEUED})
TERMINAL = frozenset(
    {_S.DELIVERED, _S.UNDELIVERED, _S.FAILED, _S.EXPIRED, _S.BLOCKED, _S.CANCELED, _S.UNKNOWN}
)
_BEFORE_SENDING = frozenset({_S.FAILED, _S.EXPIRED, _S.BLOCKED, _S.CANCELED, _S.UNKNOWN})
# A receipt may come before its answer, so every open state may go straight to an outcome.
_BY_RECEIPT = frozenset({_S.DELIVERED, _S.UNDELIVERED})

TRANSITIONS: Transitions = {
    _S.ACCEPTED: frozenset({_S.SCHEDULED, _S.QUEUED, _S.SENT}) | _BEFORE_SENDING | _BY_RECEIPT,
    _S.SCHEDULED: frozenset({_S.ACCEPTED, _S.QUEUED, _S.SENT}) | _BEFORE_SENDING | _BY_RECEIPT,
    _S.QUEUED: frozenset({_S.SCHEDULED, _S.SENT}) | _BEFORE_SENDING | _BY_RECEIPT,
    _S.SENT: _BY_RECEIPT | {_S.UNKNOWN},
    _S.UNKNOWN: _BY_RECEIPT,  # the one terminal state that a late receipt may settle
    _S.DELIVERED: frozenset(),
    _S.UNDELIVERED: frozenset(),
    _S.FAILED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.BLOCKED: frozenset(),
    _S.CANCELED: frozenset(),
}


class FailureReason(models.TextChoices):
    """Why a message was not delivered: a closed list, shown to customers."""

    NONE = "", ""
    SUPPRESSED = "suppressed", _("The recipient opted out")
    NO_CONSENT = "no_consent", _("No consent on record")
    OUTSIDE_WINDOW = "outside_window", _("No legal sending window before the deadline")
    FREQUENCY_CAP = "frequency_cap", _("Frequency cap reached")
    SENDER_NOT_ALLOWED = "sender_not_allowed", _("The sender may not send this")
    TEMPLATE_WITHDRAWN = "template_withdrawn", _("The template is no longer approved")
    TEMPLATE_NOT_REGISTERED = (
        "template_unregistered",
        _("The template is not registered with the recipient's network"),
    )
    CONTENT_RULE = "content_rule", _("The text breaks a rule")
    NO_ROUTE = "no_route", _("No route to this network")
    ACCOUNT_SUSPENDED = "account_suspended", _("The account is suspended")
    REJECTED = "rejected", _("Refused by the carrier")
    INVALID_DESTINATION = "invalid_destination", _("The carrier does not know the number")
    TOO_MANY_ATTEMPTS = "too_many_attempts", _("The carrier kept refusing for the moment")
    DEADLINE = "deadline", _("Not sent before its deadline")
    PARTIAL = "partial", _("Only a part was taken")
    UNDELIVERABLE = "undeliverable", _("Not deliverable")
    RECEIPT_EXPIRED = "receipt_expired", _("Expired at the carrier")
    RECEIPT_REJECTED = "receipt_rejected", _("Rejected after it was taken")
    DELETED = "deleted", _("Deleted at the carrier")
    NO_ANSWER = "no_answer", _("The carrier's answer was lost")
    NO_RECEIPT = "no_receipt", _("No receipt in time")
    CANCELED = "canceled", _("Canceled")


class DeliveryProof(models.TextChoices):
    """What `delivered` rests on: many receipts are mere acknowledgements of a network.

    Kept where others keep their reason, `handset` as it is and `network` as no reason: so counts,
    results and exports hold the two apart without a column or a statement more per message.
    """

    NETWORK = "network", _("The network says so")
    HANDSET = "handset", _("It reached the handset")


def delivery_proof(status: str, reason: str) -> DeliveryProof | None:
    """What a delivered message rests on, None where it is not delivered."""
    if status != MessageStatus.DELIVERED:
        return None
    return DeliveryProof(reason) if reason == DeliveryProof.HANDSET else DeliveryProof.NETWORK


def reason_label(reason: str) -> str:
    """A message's stored reason in the reader's words, "" where there is none."""
    if reason in DeliveryProof.values:
        return str(DeliveryProof(reason).label)
    return str(FailureReason(reason).label)


class BillingMode(models.TextChoices):
    """How an account pays, and what ends its sending."""

    UNLIMITED = "unlimited", _("Afterwards, without a limit")
    POSTPAID = "postpaid", _("Afterwards, up to a limit")
    PREPAID = "prepaid", _("In advance, from its credit")


class LedgerKind(models.TextChoices):
    """What moved money."""

    TOP_UP = "top_up", _("Top-up")
    ADJUSTMENT = "adjustment", _("Adjustment")
    CHARGES = "charges", _("Messages of a day")


class Origin(models.TextChoices):
    API = "api", _("API")
    CONSOLE = "console", _("Console")
    CAMPAIGN = "campaign", _("Campaign")
    RULE = "rule", _("Keyword rule")  # decided like everybody's: only the pack's texts are exempt
    TRIGGER = "trigger", _("Event of a platform")
    SYSTEM = "system", _("System")
    VERIFY = "verify", _("Verification")


class ReplyDeed(models.TextChoices):
    """What a reply did for an advertiser."""

    REFUSED = "refused", _("Refused")
    REFUSED_AGAIN = "repeated", _("Refused before: nothing changed")
    HELD = "held", _("Held until an officer has read it")
    GRANTED = "granted", _("Consented")
    TAKEN_BACK = "taken_back", _("Took a refusal back")
    HELPED = "helped", _("Asked for help")
    NOTHING = "nothing", _("Nothing to do")


class ReviewState(models.TextChoices):
    """Where the reading of a possible refusal stands."""

    WAITING = "waiting", _("Waiting to be read")
    CONFIRMED = "confirmed", _("It is a refusal")
    DISMISSED = "dismissed", _("It is no refusal")


class MatchKind(models.TextChoices):
    """How a keyword rule looks at a reply."""

    EXACT = "exact", _("The whole reply is the word")
    FIRST_WORD = "first_word", _("The reply begins with the word")
    PREFIX = "prefix", _("The reply begins with the letters")
    PATTERN = "pattern", _("The whole reply fits the pattern")
    ANY = "any", _("Any reply")


class RuleState(models.TextChoices):
    """Whether a keyword rule is asked about replies, and acts."""

    ACTIVE = "active", _("Active")
    SHADOW = "shadow", _("In shadow")
    SCHEDULED = "scheduled", _("Scheduled")
    OVER = "over", _("Over")
    OFF = "off", _("Off")


class KeywordOutcome(models.TextChoices):
    """What a keyword rule did with a reply."""

    ACTED = "acted", _("Acted")
    SHADOW = "shadow", _("Would have acted (in shadow)")
    ANSWERED = "answered", _("Its question was answered")
    REPEATED = "repeated", _("Its question was asked again")
    UNCLEAR = "unclear", _("The answer stayed unclear")
    TIMED_OUT = "timed_out", _("No answer came in time")
    WRONG_CODE = "wrong_code", _("A wrong code was answered")


class QuestionState(models.TextChoices):
    """Where a question of a keyword rule stands."""

    WAITING = "waiting", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered")
    UNCLEAR = "unclear", _("The answer stayed unclear")
    TIMED_OUT = "timed_out", _("No answer in time")
    REPLACED = "replaced", _("Another question took its place")
    CANCELED = "canceled", _("The person refused")
    ELSEWHERE = "elsewhere", _("The code was settled elsewhere")


class ConversationState(models.TextChoices):
    """Whether somebody of the account still has to do with it."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class WaitEnd(models.TextChoices):
    """What ended a person's waiting for an answer."""

    ANSWERED = "answered", _("Answered")
    AUTOMATIC = "automatic", _("Answered by a rule")
    CLOSED = "closed", _("Closed without an answer")


class Priority(models.IntegerChoices):
    """Whose message takes the place of whose, where a person may get only so many."""

    LOW = 0, _("Low")
    NORMAL = 1, _("Normal")
    HIGH = 2, _("High")


class VersionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    STAGED = "staged", _("Approved, not yet in force")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    RETIRED = "retired", _("Retired")


_V = VersionStatus
VERSION_TRANSITIONS: Transitions = {
    _V.DRAFT: frozenset({_V.SUBMITTED}),
    _V.SUBMITTED: frozenset({_V.APPROVED, _V.STAGED, _V.REJECTED, _V.WITHDRAWN}),
    _V.STAGED: frozenset({_V.APPROVED, _V.WITHDRAWN}),
    _V.APPROVED: frozenset({_V.WITHDRAWN, _V.RETIRED}),
    _V.REJECTED: frozenset(),
    _V.WITHDRAWN: frozenset(),
    _V.RETIRED: frozenset({_V.WITHDRAWN}),  # what was accepted with it still leaves until then
}


class Rewriting(models.TextChoices):
    """What the author of a version has chosen for its letters; values are treated alike."""

    NONE = "none", _("As written")
    SMART = "smart", _("Safe replacements")
    UNMARKED = "unmarked", _("Without marks")


class VerificationStatus(models.TextChoices):
    PENDING = "pending", _("Waiting for the code")
    APPROVED = "approved", _("Verified")
    EXPIRED = "expired", _("Expired")
    CANCELED = "canceled", _("Canceled")
    FAILED = "failed", _("Too many wrong codes")
    BLOCKED = "blocked", _("Blocked")


_F = VerificationStatus
VERIFICATION_TRANSITIONS: Transitions = {
    _F.PENDING: frozenset({_F.APPROVED, _F.EXPIRED, _F.CANCELED, _F.FAILED}),
    _F.APPROVED: frozenset(),
    _F.EXPIRED: frozenset(),
    _F.CANCELED: frozenset(),
    _F.FAILED: frozenset(),
    _F.BLOCKED: frozenset(),  # never sent: so it begins and ends
}


class VerificationReason(models.TextChoices):
    """Why a verification ended otherwise than by its code or its time."""

    NONE = "", ""
    SUPERSEDED = "superseded", _("A newer one was started for the number")
    REQUESTED = "requested", _("Canceled by you")
    COUNTRY = "country", _("The country is not open")
    MODE = "mode", _("The shield blocks the country")
    HELD = "held", _("The prefix is on hold")
    IP_COUNTRIES = "ip_countries", _("One address asks for many countries")


class CheckResult(models.TextChoices):
    RIGHT = "right", _("Right")
    WRONG = "wrong", _("Wrong")
    OLDER = "older", _("A code that was replaced")


class ShieldMode(models.TextChoices):
    """What the shield does about traffic that looks like SMS pumping."""

    ALLOW = "allow", _("Allow: look at nothing")
    MONITOR = "monitor", _("Monitor: note what would be held, and send")
    FILTER = "filter", _("Filter: hold what looks like pumping")
    BLOCK = "block", _("Block: send nothing there")


class HoldCause(models.TextChoices):
    LOW_CONVERSION = "low_conversion", _("Few codes are entered")
    SEQUENTIAL = "sequential", _("Numbers in a row")
    COUNTRY_SURGE = "country_surge", _("Much more than usual in the country")
    IP_COUNTRIES = "ip_countries", _("One address asks for many countries")
    BY_HAND = "by_hand", _("Placed by a person")


class MessageFormat(models.TextChoices):
    """Forms that phones read by machine: a version that claims one is held to it."""

    NONE = "", _("Plain text")
    SMS_RETRIEVER = "sms_retriever", _("Android SMS Retriever")
    ORIGIN_BOUND = "origin_bound", _("Origin-bound code (WebOTP)")
    BOTH = "both", _("Both: Retriever hash, then origin-bound last line")


class InboundState(models.TextChoices):
    COMPLETE = "complete", _("Complete")
    INCOMPLETE = "incomplete", _("Incomplete: parts are missing")


class UnroutedReason(models.TextChoices):
    """Why a reply is in nobody's inbox."""

    UNKNOWN = "unknown_address", _("No sender has this address")
    SHARED = "shared_address", _("Several senders have this address, and none wrote to the number")
    UNREADABLE = "unreadable", _("The PDU could not be read")


class UnroutedState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    ROUTED = "routed", _("Given to a sender")
    DISMISSED = "dismissed", _("Dismissed")


class EventType(models.TextChoices):
    """Types of the event log; every terminal state has `message.<status>`."""

    MESSAGE_SENT = "message.sent", _("Message sent")
    MESSAGE_DELIVERED = "message.delivered", _("Message delivered")
    MESSAGE_UNDELIVERED = "message.undelivered", _("Message undelivered")
    MESSAGE_FAILED = "message.failed", _("Message failed")
    MESSAGE_EXPIRED = "message.expired", _("Message expired")
    MESSAGE_BLOCKED = "message.blocked", _("Message blocked")
    MESSAGE_CANCELED = "message.canceled", _("Message canceled")
    MESSAGE_UNKNOWN = "message.unknown", _("Message outcome unknown")
    INBOUND_RECEIVED = "inbound.received", _("Reply received")
    INBOUND_AMENDED = "inbound.amended", _("Reply amended: late parts have come")
    KEYWORD_MATCHED = "keyword.matched", _("Keyword rule: forwarded")
    KEYWORD_ESCALATED = "keyword.escalated", _("Keyword rule: a person is asked for")
    KEYWORD_FAILED = "keyword.failed", _("Keyword rule: a step failed")
    KEYWORD_LOOP_STOPPED = "keyword.loop_stopped", _("Keyword rule: a loop was stopped")
    CONVERSATION_OPENED = "conversation.opened", _("Conversation opened")
    CONVERSATION_ASSIGNED = "conversation.assigned", _("Conversation assigned")
    CONVERSATION_CLOSED = "conversation.closed", _("Conversation closed")
    CONVERSATION_ESCALATED = "conversation.escalated", _("Nobody answered a person in time")
    CONSENT_REVOKED = "consent.revoked", _("Consent revoked")
    CONSENT_GRANTED = "consent.granted", _("Consent granted")
    CAMPAIGN_COMPLETED = "campaign.completed", _("Campaign completed")
    CAMPAIGN_STOPPED = "campaign.stopped", _("Campaign stopped by the platform")
    CAMPAIGN_RESUMED = "campaign.resumed", _("Campaign goes on by itself")
    BALANCE_LOW = "balance.low", _("Little money is left")
    BALANCE_EXHAUSTED = "balance.exhausted", _("No money is left")
    SENDER_EXPIRING = "sender.expiring", _("Something of a sender ends soon")
    SENDER_EXPIRED = "sender.expired", _("Something of a sender has ended")
    TEMPLATE_SUBMITTED = "template.submitted", _("Template submitted for approval")
    TEMPLATE_APPROVED = "template.approved", _("Template approved")
    TEMPLATE_REJECTED = "template.rejected", _("Template rejected")
    TEMPLATE_WITHDRAWN = "template.withdrawn", _("Template withdrawn")
    VERIFICATION_STARTED = "verification.started", _("Verification started")
    VERIFICATION_APPROVED = "verification.approved", _("Verification approved")
    VERIFICATION_FAILED = "verification.failed", _("Verification failed")
    VERIFICATION_EXPIRED = "verification.expired", _("Verification expired")
    VERIFICATION_CANCELED = "verification.canceled", _("Verification canceled")
    VERIFICATION_BLOCKED = "verification.blocked", _("Verification blocked")
    VERIFICATION_HELD = "verification.held", _("Prefix held against SMS pumping")
    WEBHOOK_DISABLED = "webhook.disabled", _("Webhook switched off")
    WEBHOOK_CERTIFICATE_ENDING = (
        "webhook.certificate_ending",
        _("Client certificate of a webhook ends"),
    )


def event_type_choices() -> list[tuple[str, Any]]:
    """Asked by the models' fields by name: a new one needs no migration."""
    return EventType.choices


# Classes for which a duplicate is better than a loss (invariant 2).
DUPLICATE_ALLOWED_LANES = frozenset({0})
EXPRESS_LANE = 0
MAX_ATTEMPTS = 8
