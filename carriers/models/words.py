from django.db import models
from django.utils.translation import gettext_lazy as _

from carriers.models.binds import Bind


class UnknownWord(models.Model):
    """A word of an SMSC that no table knows: a receipt's state or a vendor's command_status.

    Counted, so that an operator sees it on the day it first comes; `meaning` is what the operator
    put into the bind's map for it.
    """

    class Kind(models.TextChoices):
        STATE = "state", _("State in receipts")
        STATUS = "status", _("command_status")

    bind = models.ForeignKey(Bind, models.CASCADE, related_name="words", verbose_name=_("bind"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    word = models.CharField(_("word"), max_length=40)
    count = models.BigIntegerField(_("times"), default=0)
    first_at = models.DateTimeField(_("first seen"))
    last_at = models.DateTimeField(_("last seen"))
    meaning = models.CharField(_("taken as"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("unknown word")
        verbose_name_plural = _("unknown words")
        ordering = ["meaning", "-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["bind", "kind", "word"], name="unknown_word_once")
        ]

    def __str__(self) -> str:
        return self.word
