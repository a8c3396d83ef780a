"""A sender's papers: certificates, registrations, programs, and what was done about them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import MessageClass
from compliance.models import Document, User
from routing.constants import PaperKind, PaperState
from routing.models.networks import Network
from routing.models.senders import Sender


class Paper(models.Model):
    """Something that somebody outside grants a sender for a time.

    It counts on a day when it is approved and the day is not outside its first and last one; the
    state is changed by `routing.services.papers` alone, which notes each step.
    """

    state = models.CharField(
        _("state"),
        max_length=10,
        choices=PaperState.choices,
        default=PaperState.DRAFT,
        editable=False,
    )
    state_since = models.DateTimeField(_("since"), null=True, editable=False)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day on which it counts.")
    )
    note = models.CharField(
        _("note"),
        max_length=200,
        blank=True,
        help_text=_("Fees, the person to ask, anything worth knowing."),
    )

    class Meta:
        abstract = True


class SenderCertificate(Paper):
    """The entry of a sender in its country's register, such as a Vietnamese brandname's
    (Decree 91/2020/ND-CP, Art. 23 to 26) or a sender ID's with Singapore's SSIR."""

    sender = models.ForeignKey(
        Sender, models.CASCADE, related_name="certificates", verbose_name=_("sender")
    )
    authority = models.CharField(_("authority"), max_length=80)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("sender certificate")
        verbose_name_plural = _("sender certificates")
        ordering = ["-valid_until", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "reference"], name="sender_certificate_unique"
            ),
            models.CheckConstraint(
                name="sender_certificate_dates",
                condition=models.Q(valid_until__gte=models.F("valid_from"))
                | models.Q(valid_from=None)
                | models.Q(valid_until=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender} · {self.reference or self.authority}"


class SenderRegistration(Paper):
    """A sender's registration with a network for a class of traffic."""

    sender = models.ForeignKey(
        Sender, models.CASCADE, related_name="registrations", verbose_name=_("sender")
    )
    network = models.ForeignKey(Network, models.PROTECT, verbose_name=_("network"))
    message_class = models.CharField(_("class"), max_length=16, choices=MessageClass.choices)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("sender registration")
        verbose_name_plural = _("sender registrations")
        ordering = ["sender", "network", "message_class"]
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "network", "message_class"], name="sender_registration_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sender} · {self.network} · {self.get_message_class_display()}"


class SenderProgram(Paper):
    """What a code is registered for with the carriers, as their forms ask it (CTIA Short Code
    Monitoring Handbook; 10DLC campaign registration)."""

    sender = models.ForeignKey(
        Sender, models.CASCADE, related_name="programs", verbose_name=_("sender")
    )
    name = models.CharField(_("name"), max_length=80)
    call_to_action = models.TextField(
        _("call to action"),
        max_length=2000,
        blank=True,
        help_text=_("What people read where they sign up, word for word, and where that is."),
    )
    opt_in_flow = models.TextField(
        _("way of opting in"),
        max_length=2000,
        blank=True,
        help_text=_("Step by step, from the call to action to the first message."),
    )
    terms_url = models.URLField(_("terms"), blank=True)
    privacy_url = models.URLField(_("privacy policy"), blank=True)
    help_text = models.CharField(_("answer to HELP"), max_length=320, blank=True)
    stop_text = models.CharField(_("answer to STOP"), max_length=320, blank=True)
    frequency = models.CharField(
        _("frequency"),
        max_length=160,
        blank=True,
        help_text=_("The sentence people read, such as “Up to 4 messages a month”."),
    )
    samples = ArrayField(
        models.TextField(max_length=1600),
        verbose_name=_("samples"),
        default=list,
        blank=True,
        help_text=_("One to five messages as they are sent."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("sender program")
        verbose_name_plural = _("sender programs")
        ordering = ["sender", "name"]
        constraints = [
            models.UniqueConstraint(fields=["sender", "name"], name="sender_program_unique")
        ]

    def __str__(self) -> str:
        return f"{self.sender} · {self.name}"


class OfPaper(models.Model):
    """What belongs to one of a sender's papers, or to its lease where none is named."""

    kind = models.CharField(_("about"), max_length=12, choices=PaperKind.choices)
    paper_id = models.BigIntegerField(_("number of the paper"), null=True, blank=True)

    class Meta:
        abstract = True


class SenderDocument(OfPaper):
    """A file that belongs to a sender's lease or to one of its papers."""

    sender = models.ForeignKey(
        Sender, models.CASCADE, related_name="documents", verbose_name=_("sender")
    )
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="+", verbose_name=_("document")
    )
    added_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("sender document")
        verbose_name_plural = _("sender documents")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "kind", "paper_id", "document"],
                name="sender_document_unique",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return str(self.document)


class SenderStep(OfPaper):
    """One step of a paper's way: who did what, when, and why. Never changed."""

    sender = models.ForeignKey(
        Sender, models.PROTECT, related_name="steps", verbose_name=_("sender")
    )
    state = models.CharField(_("state"), max_length=10, choices=PaperState.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("sender step")
        verbose_name_plural = _("sender steps")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["sender", "kind", "paper_id"], name="sender_step_of_paper")]

    def __str__(self) -> str:
        return f"{self.sender} · {self.get_kind_display()} · {self.get_state_display()}"


class SenderNotice(OfPaper):
    """That somebody was told of an end: once for each of the days before it (0: it is over)."""

    sender = models.ForeignKey(
        Sender, models.CASCADE, related_name="notices", verbose_name=_("sender")
    )
    ends_on = models.DateField(_("ends"))
    days_before = models.PositiveSmallIntegerField(_("days before"))
    told_at = models.DateTimeField(_("told"))

    class Meta:
        verbose_name = _("notice of an end")
        verbose_name_plural = _("notices of an end")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "kind", "paper_id", "ends_on", "days_before"],
                name="sender_notice_unique",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.sender} · {self.get_kind_display()} · {self.ends_on}"
