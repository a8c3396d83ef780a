from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class User(AbstractUser):
    """A person who signs in; the one model that every app may reference."""

    language = models.CharField(
        _("language"),
        max_length=5,
        choices=[("en", _("English")), ("vi", _("Vietnamese"))],
        default="en",
        help_text=_("The language of the pages you see."),
    )
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]
