"""Words that compliance, and everybody above it, uses."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageClass(models.TextChoices):
    """What a message is for; also the lane it travels in, most urgent first."""

    OTP = "otp", _("One-time code")
    TRANSACTIONAL = "transactional", _("Transactional")
    CARE = "care", _("Customer care")
    MARKETING = "marketing", _("Marketing")

    @property
    def lane(self) -> int:
        """0 is the most urgent."""
        return LANES.index(self.value)


LANES = tuple(MessageClass.values)


class Purpose(models.TextChoices):
    """What consent and suppression speak about: a class of messages, or every message."""

    OTP = "otp", _("One-time codes")
    TRANSACTIONAL = "transactional", _("Transactional messages")
    CARE = "care", _("Customer care")
    MARKETING = "marketing", _("Marketing")
    ALL = "all", _("Every message")


class Role(models.TextChoices):
    """What a person does; held on one account or on the platform, never globally."""

    MARKETER = "marketer", _("Marketer")
    OFFICER = "officer", _("Compliance officer")
    INTEGRATOR = "integrator", _("Integrator")
    OPERATOR = "operator", _("Operator")
    ADMINISTRATOR = "administrator", _("Administrator")


ACCOUNT_ROLES = (Role.MARKETER, Role.OFFICER, Role.INTEGRATOR)
PLATFORM_ROLES = (Role.OPERATOR, Role.ADMINISTRATOR)


class Scope(models.TextChoices):
    """What an API key may do."""

    MESSAGES_SEND = "messages:send", _("Send and cancel messages")
    MESSAGES_READ = "messages:read", _("Read messages and replies")
    CONVERSATIONS_WRITE = "conversations:write", _("Answer people and handle conversations")
    CONVERSATIONS_READ = "conversations:read", _("Read conversations")
    CONTACTS_WRITE = "contacts:write", _("Change contacts, lists and imports")
    CONTACTS_READ = "contacts:read", _("Read contacts, lists and imports")
    CONSENT_WRITE = "consent:write", _("Record consent and opt-outs")
    CONSENT_READ = "consent:read", _("Read consent and opt-outs")
    REPORTS_READ = "reports:read", _("Read reports")
    EVENTS_READ = "events:read", _("Read the event log")
    WEBHOOKS_WRITE = "webhooks:write", _("Change webhook endpoints")
    TEMPLATES_WRITE = "templates:write", _("Write templates and submit them")
    VERIFICATIONS_WRITE = "verifications:write", _("Start, check and cancel verifications")
    VERIFICATIONS_READ = "verifications:read", _("Read verifications")
    EVIDENCE_READ = "evidence:read", _("Read proof packs and the audit log")
    KEYWORDS_WRITE = "keywords:write", _("Change keyword rules")
    KEYWORDS_READ = "keywords:read", _("Read keyword rules and what they did")
    TEMPLATES_REVIEW = "templates:review", _("Approve, reject and withdraw templates")
    KEYS_ROTATE = "keys:rotate", _("Renew the key itself")
    TRIGGERS_WRITE = "triggers:write", _("Change trigger sources and mappings, run events again")
    TRIGGERS_READ = "triggers:read", _("Read trigger sources, mappings and their events")
    BILLING_READ = "billing:read", _("Read balance, statements and ledger")
    OPERATIONS = "operations", _("Change carriers, routing and prices")
    OPERATIONS_READ = "operations:read", _("Read carriers, routing and prices")


# Of the platform's own keys; all others are of accounts' keys.
PLATFORM_SCOPES = (Scope.OPERATIONS, Scope.OPERATIONS_READ)
ACCOUNT_SCOPES = tuple(one for one in Scope if one not in PLATFORM_SCOPES)


def scope_choices() -> list[tuple[str, Any]]:
    """Asked by the models' fields by name: a new one needs no migration."""
    return Scope.choices


class ConsentAction(models.TextChoices):
    GRANTED = "granted", _("Granted")
    REVOKED = "revoked", _("Revoked")
    REQUESTED = "requested", _("Asked, not answered")
    LAPSED = "lapsed", _("Lapsed")


# What people and their systems record; that consent lapsed is noted by the platform.
GIVEN_ACTIONS = (ConsentAction.GRANTED, ConsentAction.REVOKED, ConsentAction.REQUESTED)


class LapseCause(models.TextChoices):
    """Why consent lapsed although nobody took it back."""

    EXPIRED = "expired", _("It was valid until then")
    REASSIGNED = "reassigned", _("The number belongs to somebody else")
    UNKNOWN_NUMBER = "unknown_number", _("The network does not know the number any more")


class Chain(models.TextChoices):
    """The books whose rows are chained by digests."""

    CONSENT = "consent", _("Consent ledger")
    AUDIT = "audit", _("Audit log")


class ConsentMethod(models.TextChoices):
    """How consent was given: Decree 91/2020 names the first four (advertiser's duties)."""

    REGISTRATION_REPLY = "registration_reply", _("Reply to the registration message")
    FORM = "form", _("Paper, web, app or social form")
    CALL_OR_SMS = "call_or_sms", _("Call or SMS to the advertiser")
    SOFTWARE = "software", _("Registration software")
    IMPORT = "import", _("Imported record")
    API = "api", _("API")
    MO = "mo", _("Reply by SMS")
    CONSOLE = "console", _("Entered in the console")
    LINK = "link", _("Preference page")
    SYSTEM = "system", _("Made by the platform")


GIVEN_METHODS = tuple(one for one in ConsentMethod if one != ConsentMethod.SYSTEM)


class SuppressionSource(models.TextChoices):
    """By what way a suppression came."""

    MO = "mo", _("Reply by SMS")
    LINK = "link", _("Preference page")
    API = "api", _("API")
    CONSOLE = "console", _("Console")
    IMPORT = "import", _("Import")
    OPERATOR = "operator", _("Network operator's list")
    REGISTER = "register", _("Do-not-call register")
    RECEIPT = "receipt", _("Delivery receipts")


class SuppressionCause(models.TextChoices):
    """Why a number is suppressed; what may lift it follows from this."""

    REFUSAL = "refusal", _("The person refused")
    HOLD = "hold", _("A reply that reads like a refusal waits to be read")
    COMPLAINT = "complaint", _("The person complained")
    BOUNCE = "bounce", _("Messages cannot reach the number")
    MANUAL = "manual", _("Entered by hand")


class BounceClass(models.TextChoices):
    """What a message that never arrived says of its number."""

    UNKNOWN_NUMBER = "unknown_number", _("The number does not exist")
    UNREACHABLE = "unreachable", _("The phone could not be reached")
    REFUSED = "refused", _("The carrier refused the message")


class Reach(models.TextChoices):
    """How far a refusal reaches beyond the message it answers, narrowest first."""

    PROGRAM = "program", _("The program it answers")
    SENDER = "sender", _("The sender it was sent to")
    BRAND = "brand", _("The brand")
    ACCOUNT = "account", _("Every brand of the account")


class DataKind(models.TextChoices):
    """Kinds of data that are kept for a time of their own."""

    OTP_TEXT = "otp_text", _("Texts with one-time codes")
    TEXT = "text", _("Texts of other messages")
    REPLY_TEXT = "reply_text", _("Texts of replies")
    MESSAGE = "message", _("Messages: number, times, outcome")
    IMPORT_FILE = "import_file", _("Imported files and their bad lines")
    EVIDENCE = "evidence", _("Evidence of consents that have ended")
