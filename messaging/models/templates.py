from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import MessageClass
from compliance.models import Account, Advertiser, User
from messaging.constants import VersionStatus


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
            models.CheckConstraint(
                name="template_author_is_not_reviewer",
                condition=models.Q(reviewer=None) | ~models.Q(reviewer=models.F("author")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"
