from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import MessageClass
from compliance.models import Account, Advertiser, Program, User
from messaging.constants import MessageFormat, Rewriting, VersionStatus
from routing.constants import RegistrationState
from routing.models import Network


class Template(models.Model):
    """A text that messages are made from; what is sent is always one approved version of it."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="templates", verbose_name=_("account")
    )
    advertiser = models.ForeignKey(
        Advertiser,
        models.PROTECT,
        verbose_name=_("advertiser"),
        help_text=_("On whose behalf it is sent."),
    )
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("short name"), help_text=_("How the API names this template."))
    message_class = models.CharField(
        _("class"),
        max_length=16,
        choices=MessageClass.choices,
        help_text=_("Decides which rules apply and how urgently it travels."),
    )
    program = models.ForeignKey(
        Program,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("program"),
        help_text=_("What it belongs to for people who refuse one subject and not the others."),
    )
    asks_consent = models.BooleanField(
        _("asks for consent"),
        default=False,
        help_text=_(
            "A message that asks a person to agree to advertising. Some countries allow one"
            " of them, ever."
        ),
    )
    is_paid = models.BooleanField(
        _("advertises something that costs money"),
        default=False,
        help_text=_("Some countries want the price in such a text."),
    )
    language = models.CharField(_("language"), max_length=8, default="vi")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "slug"], name="template_slug_unique_in_account"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """One wording of a template: immutable once submitted, approved by another person."""

    template = models.ForeignKey(
        Template, models.PROTECT, related_name="versions", verbose_name=_("template")
    )
    number = models.PositiveIntegerField(_("version"), editable=False)
    body = models.TextField(
        _("text"),
        max_length=1600,
        help_text=_("Write {slot} where a value goes, {{ and }} for braces."),
    )
    slots = models.JSONField(
        _("slots"),
        default=list,
        blank=True,
        help_text=_("For each slot its name, longest value and an example."),
    )
    rewriting = models.CharField(
        _("letters"),
        max_length=8,
        choices=Rewriting.choices,
        default=Rewriting.NONE,
        help_text=_("How the text and its values are sent. It can change what words mean."),
    )
    variants = models.JSONField(
        _("other languages"),
        default=list,
        blank=True,
        help_text=_("The same message in other languages: language, text and letters of each."),
    )
    message_format = models.CharField(
        _("format"),
        max_length=16,
        choices=MessageFormat.choices,
        default=MessageFormat.NONE,
        blank=True,
        help_text=_("For codes that an app or a browser reads from the message."),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=VersionStatus.choices, default=VersionStatus.DRAFT
    )
    author = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("author"), editable=False
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    reviewer = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("reviewer"),
        editable=False,
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, editable=False)
    comment = models.TextField(_("reviewer's comment"), blank=True, editable=False)
    activates_at = models.DateTimeField(_("in force from"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        ordering = ["template", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_unique"),
            models.UniqueConstraint(
                fields=["template"],
                name="template_one_open_review",
                condition=models.Q(status=VersionStatus.SUBMITTED),
            ),
            models.UniqueConstraint(
                fields=["template"],
                name="template_one_approved",
                condition=models.Q(status=VersionStatus.APPROVED),
            ),
            models.UniqueConstraint(
                fields=["template"],
                name="template_one_staged",
                condition=models.Q(status=VersionStatus.STAGED),
            ),
            models.CheckConstraint(
                name="template_author_is_not_reviewer",
                condition=models.Q(reviewer=None) | ~models.Q(reviewer=models.F("author")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"


class TemplateRegistration(models.Model):
    """A version's registration with a network, which some demand before they carry its text."""

    version = models.ForeignKey(
        TemplateVersion,
        models.CASCADE,
        related_name="registrations",
        verbose_name=_("template version"),
    )
    network = models.ForeignKey(
        Network, models.PROTECT, related_name="+", verbose_name=_("network")
    )
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=RegistrationState.choices,
        default=RegistrationState.PENDING,
    )
    reference = models.CharField(
        _("reference"), max_length=60, blank=True, help_text=_("The network's own number for it.")
    )
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("template registration")
        verbose_name_plural = _("template registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "network"], name="template_registration_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.network}"
