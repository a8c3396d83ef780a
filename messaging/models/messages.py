"""Tables of the hot path. Partitioned and tuned by hand in SQL, so Django does not manage them.

Their relations carry no database constraint: the checks cost a third of the budget and would
block detaching old partitions; a test looks for orphans instead.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from carriers.models import Bind, Carrier
from compliance.constants import MessageClass
from compliance.models import Account, Advertiser
from config.common.ids import uuid7
from messaging.constants import FailureReason, MessageStatus, Origin
from messaging.models.templates import TemplateVersion
from routing.constants import NetworkSource
from routing.models import Network, Sender


def _loose(to: type[models.Model], *, verbose_name: Any = None, null: bool = False) -> Any:
    """A relation without database constraint or index. Any: the plugin reads literal fields only."""
    return models.ForeignKey(
        to,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=verbose_name,
        null=null,
    )


class Message(models.Model):
    """What the customer sent, and what became of it; partitioned by day of its UUIDv7."""

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7)
    account = _loose(Account, verbose_name=_("account"))
    advertiser = _loose(Advertiser, verbose_name=_("advertiser"))
    sender = _loose(Sender, verbose_name=_("sender"))
    template_version = _loose(TemplateVersion, null=True, verbose_name=_("template version"))
    campaign_id = models.BigIntegerField(_("campaign"), null=True)
    contact_id = models.BigIntegerField(null=True)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices)
    # By a test key: it goes to the sandbox, costs nothing and counts nowhere.
    is_test = models.BooleanField(_("test"), default=False)
    message_class = models.CharField(_("class"), max_length=16, choices=MessageClass.choices)
    status = models.CharField(_("status"), max_length=12, choices=MessageStatus.choices)
    failure_reason = models.CharField(
        _("reason"), max_length=24, choices=FailureReason.choices, default=FailureReason.NONE
    )
    msisdn = models.CharField(_("to"), max_length=15)
    country = models.CharField(_("country"), max_length=2)
    network = _loose(Network, null=True, verbose_name=_("network"))
    network_source = models.CharField(
        _("network known by"), max_length=10, choices=NetworkSource.choices
    )
    # Nothing where the number has to tell, which is nearly always.
    recipient_zone = models.CharField(  # noqa: DJ001
        _("recipient's time zone"), max_length=64, null=True
    )
    text = models.TextField(_("text"))
    encoding = models.CharField(_("encoding"), max_length=6)
    segment_count = models.SmallIntegerField(_("segments"))
    # With what the network adds to the text; nothing where as many are billed as were sent.
    billed_segments = models.SmallIntegerField(_("billed segments"), null=True)
    segment_reference = models.SmallIntegerField(null=True)
    segments_sent = models.SmallIntegerField(_("segments taken"), default=0)
    carrier = _loose(Carrier, null=True, verbose_name=_("carrier"))
    price_micros = models.BigIntegerField(_("price"), default=0)
    # Which ends are charged (routing.charge_terms); nothing where it is not billed.
    charge_terms = models.SmallIntegerField(null=True)
    cost_micros = models.BigIntegerField(_("cost"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    client_reference = models.CharField(_("your reference"), max_length=100, blank=True)
    metadata = models.JSONField(_("metadata"), null=True)
    decision = models.JSONField(_("decision"), null=True)
    command_status = models.IntegerField(_("command_status"), null=True)
    receipt_error = models.CharField(_("receipt error"), max_length=16, blank=True)
    send_at = models.DateTimeField(_("send at"), null=True)
    not_after = models.DateTimeField(_("deadline"), null=True)
    created_at = models.DateTimeField(_("accepted"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    done_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        managed = False
        db_table = "messaging_message"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.id)


class Segment(models.Model):
    """What went on the air: one row per segment with an answer; partitioned by `day`."""

    pk = models.CompositePrimaryKey("day", "message_id", "number")
    day = models.IntegerField()  # days since 1970-01-01; unindexed, it only prunes
    message_id = models.UUIDField()
    number = models.SmallIntegerField(_("segment"))
    total = models.SmallIntegerField()
    carrier = _loose(Carrier, verbose_name=_("carrier"))
    bind = _loose(Bind, verbose_name=_("bind"))
    smsc_message_id = models.CharField(_("carrier's id"), max_length=65)
    status = models.CharField(_("status"), max_length=12, choices=MessageStatus.choices)
    receipt_error = models.CharField(max_length=16, blank=True)
    sent_at = models.DateTimeField(_("sent"))
    done_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        managed = False
        db_table = "messaging_segment"
        verbose_name = _("segment")
        verbose_name_plural = _("segments")

    def __str__(self) -> str:
        return f"{self.message_id}/{self.number}"


class Dispatch(models.Model):
    """The queue of record: one small row per message that may leave now."""

    pk = models.CompositePrimaryKey("carrier_id", "lane", "id")
    carrier_id = models.BigIntegerField()  # 0: not yet routed
    lane = models.SmallIntegerField()
    id = models.UUIDField()
    account_id = models.BigIntegerField()
    advertiser_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField(null=True)
    msisdn = models.CharField(max_length=15)
    not_after = models.DateTimeField(null=True)
    rules_version = models.BigIntegerField()
    attempts = models.SmallIntegerField(default=0)
    bind_id = models.BigIntegerField(null=True)  # claimed by this bind's holder …
    lease_epoch = models.BigIntegerField(null=True)  # … under this lease
    tried_carriers = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        managed = False
        db_table = "messaging_dispatch"

    def __str__(self) -> str:
        return str(self.id)


class Waiting(models.Model):
    """Messages that may not leave yet: scheduled, outside their window, retrying, paused."""

    id = models.UUIDField(primary_key=True)
    due_at = models.DateTimeField()
    lane = models.SmallIntegerField()
    account_id = models.BigIntegerField()
    advertiser_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField(null=True)
    msisdn = models.CharField(max_length=15)
    not_after = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    reason = models.CharField(max_length=16)
    # Carriers that refused it in a way that another may not: it is not given to them again.
    tried_carriers = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        managed = False
        db_table = "messaging_waiting"

    def __str__(self) -> str:
        return str(self.id)


class Event(models.Model):
    """The numbered log of what happened, per account; partitioned by day of its UUIDv7."""

    id = models.UUIDField(primary_key=True)
    account = _loose(Account, verbose_name=_("account"))
    sequence = models.BigIntegerField(_("sequence"))
    type = models.CharField(_("type"), max_length=40)
    message_id = models.UUIDField(null=True)
    at = models.DateTimeField(_("at"))
    body = models.TextField()

    class Meta:
        managed = False
        db_table = "messaging_event"
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["account", "sequence"]

    def __str__(self) -> str:
        return f"{self.type} {self.sequence}"
