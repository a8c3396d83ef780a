"""Words of routing."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SenderKind(models.TextChoices):
    SHORT_CODE = "short_code", _("Short code")
    LONG_CODE = "long_code", _("Long code")
    ALPHANUMERIC = "alphanumeric", _("Brandname")


class SenderStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


class RegistrationState(models.TextChoices):
    PENDING = "pending", _("Pending")
    REGISTERED = "registered", _("Registered")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")


class NetworkSource(models.TextChoices):
    """How a number's network was found, surest first."""

    LOOKUP = "lookup", _("Lookup")
    FEEDBACK = "feedback", _("Receipts")
    OVERRIDE = "override", _("Override")
    PREFIX = "prefix", _("Prefix")
    NONE = "none", _("Unknown")


class Confidence(models.TextChoices):
    """How a fact about a network is known, surest first."""

    CONTRACT = "contract", _("The network's own word")
    RUN = "run", _("Tried out")
    SOURCE_CODE = "source_code", _("Read in a gateway's code")
    PAGE = "page", _("Read on a public page")
    ONE_SOURCE = "one_source", _("One source only")
    MEMORY = "memory", _("Not looked up")
