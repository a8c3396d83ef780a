from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import MessageClass
from routing.constants import Confidence, SenderKind
from routing.models.networks import Network


class NetworkTextRule(models.Model):
    """What a network does to texts of a class, and what it demands of them.

    `shipped` holds the values that a file of ours brought: where the row says something else, a
    person has changed it, and a newer file leaves it alone (routing.services.text_rules).
    """

    network = models.ForeignKey(
        Network, models.CASCADE, related_name="text_rules", verbose_name=_("network")
    )
    message_class = models.CharField(_("class"), max_length=16, choices=MessageClass.choices)
    is_active = models.BooleanField(_("active"), default=True)
    adds_before = models.CharField(
        _("adds before the text"),
        max_length=80,
        blank=True,
        help_text=_("Exact characters, with their spaces. They count and are billed."),
    )
    adds_after = models.CharField(
        _("adds after the text"),
        max_length=80,
        blank=True,
        help_text=_("Exact characters, with their spaces. They count and are billed."),
    )
    max_segments = models.PositiveSmallIntegerField(
        _("most segments"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(255)],
        help_text=_("With what the network adds. Empty: only the platform's own limit."),
    )
    refused_characters = models.CharField(
        _("refused characters"),
        max_length=80,
        blank=True,
        help_text=_("One after the other, without separators."),
    )
    refuses_certainly = models.BooleanField(
        _("refuses them for certain"),
        default=False,
        help_text=_("Such a text is then not sent; otherwise authors are only warned."),
    )
    demands_template_registration = models.BooleanField(
        _("demands registered templates"),
        default=False,
        help_text=_("What is not registered with the network is not sent there."),
    )
    registered_senders = ArrayField(
        models.CharField(max_length=14, choices=SenderKind.choices),
        verbose_name=_("from these senders"),
        default=list,
        blank=True,
        help_text=_("Whose templates must be registered. Empty: those of every kind of sender."),
    )
    source = models.TextField(_("source"), blank=True)
    read_on = models.DateField(_("read on"), null=True, blank=True)
    confidence = models.CharField(
        _("confidence"),
        max_length=12,
        choices=Confidence.choices,
        default=Confidence.MEMORY,
        help_text=_("How sure the source is. Practice differs: ask the network, then correct it."),
    )
    note = models.TextField(_("note"), blank=True)
    shipped = models.JSONField(null=True, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("network text rule")
        verbose_name_plural = _("network text rules")
        ordering = ["network__country", "network__name", "message_class"]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "message_class"], name="network_text_rule_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.network} · {self.get_message_class_display()}"
