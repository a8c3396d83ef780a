from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from carriers.constants import ReceiptTrust


class Carrier(models.Model):
    """A company that takes messages from us, by one or several binds."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    code = models.SlugField(_("code"), unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    currency = models.CharField(_("currency"), max_length=3, default="VND")
    receipt_trust = models.CharField(
        _("receipts prove"),
        max_length=10,
        choices=ReceiptTrust.choices,
        default=ReceiptTrust.NETWORK,
    )
    receipt_group = models.SlugField(
        _("receipt group"),
        blank=True,
        help_text=_(
            "Carriers with the same word here share one SMSC: a receipt that comes over one of"
            " them finds messages sent over the others. Empty: this carrier alone."
        ),
    )
    reports_every_segment = models.BooleanField(
        _("reports every segment"),
        default=True,
        help_text=_("Off: the first final receipt settles the whole message."),
    )
    throughput = models.FloatField(
        _("throughput"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.1)],
        help_text=_("Segments per second over all binds together; empty: only the binds' own."),
    )
    data_country = models.CharField(
        _("processes data in"),
        max_length=2,
        blank=True,
        help_text=_(
            "Country in two letters, such as VN. Accounts whose data stays in some countries send"
            " only by carriers that declare one of them."
        ),
    )
    is_sandbox = models.BooleanField(
        _("sandbox"),
        default=False,
        editable=False,
        help_text=_("It takes messages of test keys, and no others."),
    )
    contact = models.CharField(
        _("contact"),
        max_length=200,
        blank=True,
        help_text=_("Whom to call when it does not work: telephone, mail, hours."),
    )
    note = models.TextField(
        _("note"),
        max_length=2000,
        blank=True,
        help_text=_("Contract, ticket numbers, anything the next operator must know."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("carrier")
        verbose_name_plural = _("carriers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
