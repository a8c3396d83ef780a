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
    country = models.CharField(
        _("works in"),
        max_length=2,
        blank=True,
        help_text=_(
            "A country in two letters, such as VN: where files go that this person downloads."
            " Accounts whose data must stay in a country ask for it."
        ),
    )
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]
