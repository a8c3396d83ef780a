from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.models.users import User


class Register(models.Model):
    """A country's list of people who want no advertising, kept by the state or an authority.

    A register is national: it holds for every account. How old it may be is said by the
    country's rule pack.
    """

    class Unflagged(models.TextChoices):
        BOTH = "both", _("Messages and calls")
        SMS = "sms", _("Messages")
        VOICE = "voice", _("Calls")

    country = models.CharField(_("country"), max_length=2)
    key = models.CharField(_("key in the rule pack"), max_length=16, default="dnc")
    name = models.CharField(_("name"), max_length=80)
    source_note = models.TextField(
        _("where it comes from"),
        blank=True,
        help_text=_("Who publishes it, how the file is obtained, and where that is written."),
    )
    unflagged = models.CharField(
        _("a line without a flag refuses"),
        max_length=8,
        choices=Unflagged.choices,
        default=Unflagged.BOTH,
        help_text=_("Flags in the file are S for messages and V for calls."),
    )
    largest_loss_percent = models.PositiveSmallIntegerField(
        _("largest loss in percent"),
        default=20,
        help_text=_(
            "A full list that takes off more numbers than this is not taken over unless the"
            " upload says that it may: a file that was cut off would free everybody."
        ),
    )
    in_force = models.ForeignKey(
        "RegisterSnapshot",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("list in force"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    history = HistoricalRecords(excluded_fields=["in_force"])  # the lists themselves tell that

    class Meta:
        verbose_name = _("register")
        verbose_name_plural = _("registers")
        ordering = ["country", "key"]
        constraints = [
            models.UniqueConstraint(fields=["country", "key"], name="register_unique_in_country"),
            models.CheckConstraint(
                condition=models.Q(largest_loss_percent__lte=100), name="register_loss_is_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _path(instance: "RegisterSnapshot", _filename: str) -> str:
    """A name of our own: nothing of the uploaded name reaches the file system."""
    return f"registers/{instance.token}.csv"


class RegisterSnapshot(models.Model):
    """One file of a register: a whole list, or the changes to the list before it."""

    class Kind(models.TextChoices):
        FULL = "full", _("Whole list")
        CHANGES = "changes", _("Changes only")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        LOADING = "loading", _("Loading")
        IN_FORCE = "in_force", _("In force")
        SUPERSEDED = "superseded", _("Superseded")
        FAILED = "failed", _("Failed")

    register = models.ForeignKey(Register, models.PROTECT, verbose_name=_("register"))
    token = models.UUIDField(unique=True, editable=False)
    reference = models.CharField(
        _("snapshot id"), max_length=80, help_text=_("As the register's keeper names this list.")
    )
    kind = models.CharField(
        _("the file holds"), max_length=8, choices=Kind.choices, default=Kind.FULL
    )
    as_of = models.DateTimeField(
        _("as of"), help_text=_("When the keeper made it. Its age counts from here.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    may_shrink = models.BooleanField(
        _("many numbers may come off"),
        default=False,
        help_text=_("Say yes only when you know why the list became much shorter."),
    )
    file = models.FileField(_("file"), upload_to=_path, blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    checksum = models.CharField(_("SHA-256"), max_length=64)
    bytes_total = models.PositiveBigIntegerField(_("size"), default=0)
    bytes_done = models.PositiveBigIntegerField(default=0)
    lines_read = models.PositiveIntegerField(_("lines read"), default=0)
    lines_bad = models.PositiveIntegerField(_("bad lines"), default=0)
    numbers = models.PositiveIntegerField(_("numbers on the list"), default=0)
    numbers_sms = models.PositiveIntegerField(_("refuse messages"), default=0)
    numbers_voice = models.PositiveIntegerField(_("refuse calls"), default=0)
    added = models.PositiveIntegerField(_("new numbers"), default=0)
    changed = models.PositiveIntegerField(_("changed numbers"), default=0)
    removed = models.PositiveIntegerField(_("numbers taken off"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    loaded_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("loaded by")
    )
    created_at = models.DateTimeField(_("received"))
    started_at = models.DateTimeField(_("started"), null=True)
    progress_at = models.DateTimeField(null=True)
    in_force_at = models.DateTimeField(_("in force since"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("register list")
        verbose_name_plural = _("register lists")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["register", "reference"],
                name="register_snapshot_unique",
                condition=~models.Q(state="failed"),
            ),
            models.UniqueConstraint(
                fields=["register"],
                name="register_one_in_force",
                condition=models.Q(state="in_force"),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class RegisterEntry(models.Model):
    """A number on a register, from one list until another; never deleted, so that what the list
    said on a day can be shown.

    Compact (ten million of them): the number is an integer, the primary key is the only index,
    and no database constraint checks the relations of each row. Written in bulk by
    `compliance.services.registers` alone.
    """

    pk = models.CompositePrimaryKey("register_id", "msisdn", "since_id")
    register = models.ForeignKey(Register, models.PROTECT, db_index=False, db_constraint=False)
    msisdn = models.BigIntegerField(_("number"))
    since = models.ForeignKey(
        RegisterSnapshot, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    until = models.ForeignKey(
        RegisterSnapshot,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    refuses_sms = models.BooleanField(_("refuses messages"))
    refuses_voice = models.BooleanField(_("refuses calls"))

    class Meta:
        verbose_name = _("register entry")
        verbose_name_plural = _("register entries")

    def __str__(self) -> str:
        return str(self.msisdn)


class RegisterBadLine(models.Model):
    """A line of a register's file that could not be read, and why."""

    id = models.BigAutoField(primary_key=True)
    snapshot = models.ForeignKey(
        RegisterSnapshot, models.CASCADE, related_name="bad_lines", db_index=False
    )
    line = models.PositiveIntegerField(_("line"))
    code = models.CharField(_("code"), max_length=40)
    content = models.CharField(_("line content"), max_length=120)

    class Meta:
        verbose_name = _("bad line")
        verbose_name_plural = _("bad lines")
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "line"], name="register_bad_line_unique")
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"
