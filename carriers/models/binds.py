from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from carriers.constants import BindKind, IdForm, ReceiptTrust, SessionState
from carriers.models.bind_options import (
    AddressOptions,
    ConnectionOptions,
    ParameterOptions,
    ReceiptOptions,
    SessionOptions,
    TextOptions,
)
from carriers.models.carriers import Carrier
from carriers.models.http_options import HttpCarrierOptions


class Bind(
    ConnectionOptions,
    SessionOptions,
    AddressOptions,
    TextOptions,
    ReceiptOptions,
    ParameterOptions,
    HttpCarrierOptions,
):
    """A configured connection to a carrier's SMSC (SMPP 3.4) or HTTP interface; one session at a
    time. Its options are explained in `carriers.options`."""

    carrier = models.ForeignKey(
        Carrier, models.PROTECT, related_name="binds", verbose_name=_("carrier")
    )
    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(
        _("kind"), max_length=8, choices=BindKind.choices, default=BindKind.SMPP
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    history = HistoricalRecords(
        excluded_fields=[
            "password",
            "tls_key",
            "http_secret",
            "http_token",
            "http_signature_secret",
        ]
    )

    class Meta:
        verbose_name = _("bind")
        verbose_name_plural = _("binds")
        ordering = ["carrier", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def response_transform(self) -> str:
        """How ids of answers are brought into the common form, as `canonical_id` names it."""
        return _transform(self.response_id_form, self.response_id_digits)

    @property
    def receipt_transform(self) -> str:
        """The same of ids in receipts."""
        return _transform(self.receipt_id_form, self.receipt_id_digits)

    @property
    def trust(self) -> ReceiptTrust:
        """What a receipt over this bind proves: its own word, else the carrier's."""
        return ReceiptTrust(self.receipt_trust or self.carrier.receipt_trust)


def _transform(form: str, digits: int | None) -> str:
    return f"pad_{digits or 1}" if form == IdForm.PAD else form


class BindLease(models.Model):
    """Who holds a bind's session; database time decides, `epoch` rises at each taking."""

    bind = models.OneToOneField(Bind, models.CASCADE, primary_key=True, related_name="lease")
    holder = models.CharField(_("worker"), max_length=120, blank=True)
    host = models.CharField(_("machine"), max_length=120, blank=True)
    epoch = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(_("lease ends"), null=True)
    journal = models.CharField(max_length=255, blank=True)
    state = models.CharField(
        _("session"), max_length=16, choices=SessionState.choices, default=SessionState.UNBOUND
    )
    state_since = models.DateTimeField(_("since"), null=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    # The configuration that the carrier refused (a keyed digest), and in which words: it is not
    # tried again, whoever holds the bind, until it changes or an operator asks for it.
    refused_mark = models.CharField(max_length=64, blank=True, db_default="")
    refused_detail = models.CharField(max_length=200, blank=True, db_default="")
    # What the holder measured when it renewed: true for as long as the lease holds.
    in_flight = models.PositiveIntegerField(_("in flight"), db_default=0)
    per_second = models.FloatField(_("segments per second"), db_default=0.0)
    pace = models.FloatField(_("allowed now"), null=True)

    class Meta:
        verbose_name = _("bind lease")
        verbose_name_plural = _("bind leases")

    def __str__(self) -> str:
        return f"{self.bind_id}: {self.state}"


class SessionEvent(models.Model):
    """What happened to a bind's session: append-only."""

    id = models.BigAutoField(primary_key=True)
    bind = models.ForeignKey(Bind, models.CASCADE, verbose_name=_("bind"))
    state = models.CharField(_("state"), max_length=16, choices=SessionState.choices)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("session event")
        verbose_name_plural = _("session events")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.state} {self.detail}".strip()
