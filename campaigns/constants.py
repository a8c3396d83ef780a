"""Words and states of campaigns, imports and audiences."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.imports.columns import Field
from config.common.states import Transitions


class CampaignStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    SENDING = "sending", _("Finishing")  # all released, receipts still come
    COMPLETED = "completed", _("Completed")
    CANCELED = "canceled", _("Canceled")


_C = CampaignStatus
CAMPAIGN_TRANSITIONS: Transitions = {
    _C.DRAFT: frozenset({_C.SCHEDULED, _C.RUNNING, _C.CANCELED}),
    _C.SCHEDULED: frozenset({_C.DRAFT, _C.RUNNING, _C.CANCELED}),
    _C.RUNNING: frozenset({_C.PAUSED, _C.SENDING, _C.CANCELED}),
    _C.PAUSED: frozenset({_C.RUNNING, _C.SENDING, _C.CANCELED}),
    _C.SENDING: frozenset({_C.PAUSED, _C.COMPLETED, _C.CANCELED}),
    _C.COMPLETED: frozenset(),
    _C.CANCELED: frozenset(),
}


class ImportStatus(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")


_I = ImportStatus
IMPORT_TRANSITIONS: Transitions = {
    _I.UPLOADED: frozenset({_I.QUEUED, _I.CANCELED}),
    _I.QUEUED: frozenset({_I.RUNNING, _I.FAILED, _I.CANCELED}),
    _I.RUNNING: frozenset({_I.COMPLETED, _I.FAILED, _I.CANCELED}),
    _I.FAILED: frozenset({_I.QUEUED, _I.CANCELED}),
    _I.COMPLETED: frozenset(),
    _I.CANCELED: frozenset(),
}


# What a column of a file may hold, for people; a mapping names an attribute with its key.
FIELD_TITLES = {
    Field.NUMBER: _("Number"),
    Field.NAME: _("Name"),
    Field.LANGUAGE: _("Language"),
    Field.TIMEZONE: _("Time zone"),
    Field.CONSENT: _("Consent: yes or no"),
    Field.CONSENT_DATE: _("Consent: date"),
    Field.CONSENT_SOURCE: _("Consent: source"),
    Field.CONSENT_UNTIL: _("Consent: valid until"),
    Field.CONSENT_TEXT: _("Consent: text shown"),
    Field.CONSENT_CONTENT: _("Consent: content agreed"),
    Field.CONSENT_FORM: _("Consent: form agreed"),
    Field.CONSENT_FREQUENCY: _("Consent: frequency agreed"),
    Field.IGNORE: _("Ignore"),
}


class Outcome(models.TextChoices):
    """What happened to one contact of an audience at release."""

    RELEASED = "released", _("Released")
    EXCLUDED = "excluded", _("Excluded")


class SignatureKind(models.TextChoices):
    """How a source signs what it posts."""

    STANDARD_WEBHOOKS = "standard_webhooks", _("Standard Webhooks")
    HMAC = "hmac", _("HMAC of the body")


class ReadFrom(models.TextChoices):
    """Where something about an event is."""

    PATH = "path", _("the body")
    HEADER = "header", _("a header")


class TriggerVersionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    RETIRED = "retired", _("Replaced")


class TriggerResult(models.TextChoices):
    """What became of an event."""

    SENT = "sent", _("Accepted")
    PARTLY = "partly", _("Accepted in part")
    UNMATCHED = "unmatched", _("Nothing to send")
    FAILED = "failed", _("Not accepted")
    UNREADABLE = "unreadable", _("Not readable")
