from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.common.limits import LimitError, bad_limit, windows_of


def _limit(label: Any) -> "models.PositiveIntegerField[int | None, int | None]":
    return models.PositiveIntegerField(
        label, null=True, blank=True, validators=[MinValueValidator(1)]
    )


def limit_valid(written: str) -> None:
    """Raises ValidationError for what is no list of limits."""
    try:
        windows_of(written)
    except LimitError as error:
        raise ValidationError(bad_limit(error), code="bad_limit") from error


class RateLimits(models.Model):
    """How much of the API one may use in a minute, by budget; nothing: what holds above."""

    sends_per_minute = _limit(_("single sends per minute"))
    rows_per_minute = _limit(_("batch rows per minute"))
    reads_per_minute = _limit(_("reads per minute"))
    writes_per_minute = _limit(_("other writes per minute"))

    class Meta:
        abstract = True

    def own_limit(self, budget: str) -> int | None:
        """Its limit of a budget (`sends`, `rows`, `reads`, `writes`), None where it has none."""
        found: int | None = getattr(self, f"{budget}_per_minute")
        return found


LIMIT_FIELDS = ("sends_per_minute", "rows_per_minute", "reads_per_minute", "writes_per_minute")
