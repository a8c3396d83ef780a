from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.models import Account, User


class PersonRequest(models.Model):
    """A person's request about their own data: a copy of it, or its erasure.

    Once nothing is left to do, the number itself is forgotten: `number_hash`, a keyed hash, finds
    the request again when the person asks about it.
    """

    class Kind(models.TextChoices):
        COPY = "copy", _("A copy of the data")
        ERASURE = "erasure", _("Erasure")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PARTLY = "partly", _("Erased, except what must be kept for a while")
        DONE = "done", _("Done")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    kind = models.CharField(_("what they ask for"), max_length=8, choices=Kind.choices)
    msisdn = models.CharField(_("number"), max_length=15, blank=True)
    number_hash = models.CharField(max_length=64, editable=False)
    shown_number = models.CharField(_("number"), max_length=20, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN
    )
    asked_on = models.DateField(_("asked on"))
    due_on = models.DateField(_("to be answered by"))
    note = models.CharField(
        _("how they asked"),
        max_length=200,
        blank=True,
        help_text=_("By letter, e-mail, in a shop; how it is known that it was the person."),
    )
    # What was done and what was kept: kind, rows, until, reason.
    report = models.JSONField(_("report"), default=list)
    next_at = models.DateField(_("the rest is erased on"), null=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by")
    )
    created_at = models.DateTimeField(_("entered"))
    handled_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("carried out by")
    )
    handled_at = models.DateTimeField(_("carried out"), null=True)

    class Meta:
        verbose_name = _("person's request")
        verbose_name_plural = _("persons' requests")
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "number_hash"], name="person_request_by_number")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.shown_number}"
