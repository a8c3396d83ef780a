from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.constants import Chain
from compliance.models.accounts import Account

_NONE_YET = bytes(32)


class ChainLink(models.Model):
    """What one transaction added to a book, bound to everything before by its digest.

    Written at commit by a database trigger; append-only. An account of null is the platform's.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, verbose_name=_("account"), db_index=False
    )
    chain = models.CharField(_("book"), max_length=10, choices=Chain.choices)
    number = models.BigIntegerField(_("link"))
    form = models.PositiveSmallIntegerField(default=1)  # of the canonical text: see the docs
    previous = models.BinaryField()
    digest = models.BinaryField()
    rows_digest = models.BinaryField()
    rows = models.BigIntegerField(_("records"))
    first_row = models.BigIntegerField()
    last_row = models.BigIntegerField()
    transaction = models.BigIntegerField()
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("chain link")
        verbose_name_plural = _("chain links")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "chain", "number"],
                name="chain_link_unique",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["account", "chain", "first_row"], name="chain_link_by_row")]

    def __str__(self) -> str:
        return f"{self.get_chain_display()} {self.number}"


class ChainHead(models.Model):
    """The newest link of a book: one row that is locked last, while its transaction commits."""

    account = models.ForeignKey(Account, models.PROTECT, null=True, verbose_name=_("account"))
    chain = models.CharField(_("book"), max_length=10, choices=Chain.choices)
    number = models.BigIntegerField(_("links"), default=0)
    digest = models.BinaryField(default=_NONE_YET)
    rows = models.BigIntegerField(_("records"), default=0)

    class Meta:
        verbose_name = _("chain head")
        verbose_name_plural = _("chain heads")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "chain"], name="chain_head_unique", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_chain_display()} {self.number}"


class ChainCheck(models.Model):
    """What a verification of a whole book found, and when; the newest per book is shown."""

    account = models.ForeignKey(Account, models.PROTECT, null=True, verbose_name=_("account"))
    chain = models.CharField(_("book"), max_length=10, choices=Chain.choices)
    checked_at = models.DateTimeField(_("checked"))
    links = models.BigIntegerField(_("links"))
    rows = models.BigIntegerField(_("records"))
    erased = models.BigIntegerField(_("erased records"), default=0)
    milliseconds = models.PositiveIntegerField(_("took"))
    broken_link = models.BigIntegerField(_("first broken link"), null=True)
    problem = models.CharField(_("problem"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("chain check")
        verbose_name_plural = _("chain checks")
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "chain", "-id"], name="chain_check_newest")]

    def __str__(self) -> str:
        return f"{self.get_chain_display()} {self.checked_at:%Y-%m-%d}"


class LedgerDigest(models.Model):
    """The heads of an account's books on one day, signed: what an outsider keeps as proof.

    An account of null is the platform's. `body` is the very text that was signed (Ed25519).
    """

    account = models.ForeignKey(Account, models.PROTECT, null=True, verbose_name=_("account"))
    day = models.DateField(_("day"))
    body = models.TextField(editable=False)
    signature = models.CharField(_("signature"), max_length=88, editable=False)
    public_key = models.CharField(_("public key"), max_length=44, editable=False)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("daily digest")
        verbose_name_plural = _("daily digests")
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day"], name="ledger_digest_unique", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
