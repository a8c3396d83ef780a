from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.models import Account

# What folding takes off a decomposed small letter: đ, which does not decompose, becomes d; the
# combining marks of Latin letters go.
MARKS = "đ\u0300\u0301\u0302\u0303\u0306\u0308\u0309\u030a\u030c\u031b\u0323\u0327"


class Contact(models.Model):
    """A person of an account, known by the number; consent outlives the contact."""

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"), db_index=False)
    msisdn = models.CharField(_("number"), max_length=15)
    country = models.CharField(_("country"), max_length=2)
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    timezone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Such as Asia/Ho_Chi_Minh: legal sending hours are the person's own. Empty: by the"
            " number."
        ),
    )
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    name_folded = models.GeneratedField(
        expression=models.Func(
            models.Func(Lower("name"), template="normalize(%(expressions)s, NFD)"),
            models.Value(MARKS),
            models.Value("d"),
            function="TRANSLATE",
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "msisdn"], name="contact_unique_in_account")
        ]
        indexes = [models.Index(fields=["account", "id"], name="contact_order")]

    def __str__(self) -> str:
        return self.name or f"+{self.msisdn}"


class ContactList(models.Model):
    """A named audience of an account."""

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("list")
        verbose_name_plural = _("lists")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="list_name_unique_in_account")
        ]

    def __str__(self) -> str:
        return self.name


class ListMembership(models.Model):
    """A contact on a list; its id is the order in which an audience is released."""

    id = models.BigAutoField(primary_key=True)
    contact_list = models.ForeignKey(
        ContactList, models.CASCADE, related_name="memberships", db_index=False
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="memberships")

    class Meta:
        verbose_name = _("list member")
        verbose_name_plural = _("list members")
        constraints = [
            models.UniqueConstraint(
                fields=["contact_list", "contact"], name="list_membership_unique"
            )
        ]
        indexes = [models.Index(fields=["contact_list", "id"], name="list_membership_order")]

    def __str__(self) -> str:
        return f"{self.contact_list_id}:{self.contact_id}"
